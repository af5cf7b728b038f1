import * as tf from '@tensorflow/tfjs';
import { forModalities, MODALITIES, type Modality, type Parts } from '@trimodal/core';
import { masksOf, tokensOf } from '@trimodal/testing';

/** Random parts of which only `available` are there. */
export const partsOf = (available: readonly Modality[] = MODALITIES): Parts => ({
  shared: tokensOf(1, available),
  private: tokensOf(2, available),
  mask: masksOf(available),
});

/** The parts of a reference; what is there of its two samples. */
export function referenceParts(input: (name: string) => tf.Tensor): [Parts, tf.Tensor2D] {
  const take = <T extends tf.Tensor>(kind: string) =>
    forModalities(MODALITIES, (modality) => input(`${kind}.${modality}`) as T);
  const parts = {
    shared: take<tf.Tensor3D>('shared'),
    private: take<tf.Tensor3D>('private'),
    mask: take<tf.Tensor2D>('mask'),
  };
  const present = [
    [1, 1, 0],
    [1, 1, 1],
  ];
  return [parts, tf.tensor2d(present)];
}

/** The gradient of a fusion's output by the private part of audio, summed for a sample that lacks audio and one that has it. */
export function flowFromAudio(fuse: (parts: Parts, present: tf.Tensor2D) => tf.Tensor): [number, number] {
  const mask = { ...masksOf(), audio: tf.tensor2d([Array(5).fill(0), Array(5).fill(1)]) };
  const present = tf.tensor2d([
    [1, 0, 1],
    [1, 1, 1],
  ]);
  const parts = { ...partsOf(), mask };
  const gradient = tf.grad((audio) =>
    fuse({ ...parts, private: { ...parts.private, audio: audio as tf.Tensor3D } }, present)
      .square()
      .sum(),
  )(parts.private.audio!);
  const [absent, there] = gradient.abs().sum([1, 2]).dataSync();
  return [absent!, there!];
}
