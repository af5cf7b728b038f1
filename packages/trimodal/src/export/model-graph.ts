import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { OnnxInput } from '@trimodal/compiler';
import { forModalities, INFERENCE, MODALITIES, type Modality, type ModelInputs, valueFor } from '@trimodal/core';
import type { TrimodalModel } from '@trimodal/models';
import type { DataShape } from '../assemble';
import { namedOutputs } from './named-outputs';
import { type Normalization, standardize } from './normalization';

type Named<T> = Record<string, T>;

/** What the graph of a model takes, by name: `features.text`, ..., `mask.text`, ..., `present`; any number of samples. */
export function graphInputs(modalities: readonly Modality[], { dims, times }: DataShape): Named<OnnxInput> {
  const shapes: [string, OnnxInput['shape']][] = [
    ...modalities.map((modality): [string, OnnxInput['shape']] => [
      `features.${modality}`,
      ['batch', valueFor(times, modality), valueFor(dims, modality)],
    ]),
    ...modalities.map((modality): [string, OnnxInput['shape']] => [
      `mask.${modality}`,
      ['batch', valueFor(times, modality)],
    ]),
    ['present', ['batch', MODALITIES.length]],
  ];
  return Object.fromEntries(shapes.map(([name, shape]) => [name, { shape }]));
}

/** The inputs of a model under the names of its graph. */
export function namedInputs({ features, mask, present }: ModelInputs): Named<Tensor> {
  const named = (slot: string, tensors: object) =>
    Object.entries(tensors).map(([modality, tensor]) => [`${slot}.${modality}`, tensor]);
  return Object.fromEntries([...named('features', features), ...named('mask', mask), ['present', present]]);
}

/**
 * A model in inference as a function of named tensors, which gives everything that it made by name.
 *
 * @param normalization If given, features are raw: the function cleans and standardises them itself.
 */
export function modelGraph(
  model: TrimodalModel,
  modalities: readonly Modality[],
  normalization?: Normalization,
): (inputs: Named<Tensor>) => Named<Tensor> {
  return (inputs) => {
    const mask = forModalities(modalities, (modality) => inputs[`mask.${modality}`] as Tensor2D);
    const features = forModalities(modalities, (modality) => {
      const given = inputs[`features.${modality}`] as Tensor3D;
      return normalization ? standardize(given, valueFor(mask, modality), normalization[modality]) : given;
    });
    return namedOutputs(model.forward({ features, mask, present: inputs['present'] as Tensor2D }, INFERENCE));
  };
}
