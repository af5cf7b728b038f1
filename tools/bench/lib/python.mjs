import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE } from './bundle.mjs';

/** A Python with PyTorch: the one that is named, or a virtual environment made once if the wheels can be had, else undefined. */
export function findPython(named = process.env.TRIMODAL_PYTHON) {
  const works = (program) => spawnSync(program, ['-c', 'import torch']).status === 0;
  if (named) {
    if (works(named)) return named;
    console.log(`${named} has no PyTorch: measuring our side alone.`);
    return undefined;
  }
  const home = join(CACHE, 'python');
  const program = join(home, 'bin', 'python');
  if (existsSync(program) && works(program)) return program;
  console.log('Setting up Python with PyTorch, once.');
  spawnSync('python3', ['-m', 'venv', home]);
  const index = ['--extra-index-url', 'https://download.pytorch.org/whl/cpu'];
  spawnSync(program, ['-m', 'pip', 'install', '--quiet', 'torch==2.13.*', 'numpy', ...index]);
  if (works(program)) return program;
  console.log('No Python with PyTorch 2.13 can be had here: measuring our side alone. Name one by --python.');
  return undefined;
}

export function torchVersion(python) {
  return spawnSync(python, ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' }).stdout.trim();
}
