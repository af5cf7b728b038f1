import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkRunConfig } from './load-run-config';
import type { RunConfig } from './run-config';
import type { RunResult } from './run-result';
import { writeJson } from './write-file';

/** The folder of one run: config.json, result.json, checkpoint/, events.jsonl. */
export class RunDirectory {
  constructor(readonly path: string) {}

  get checkpoints(): string {
    return join(this.path, 'checkpoint');
  }

  get events(): string {
    return join(this.path, 'events.jsonl');
  }

  /**
   * Makes the folder ready to be written to.
   * @throws RangeError if there is a run in it already and it is not to be resumed, or if it is of another config.
   */
  open(config: RunConfig, resume: boolean): void {
    const file = join(this.path, 'config.json');
    if (existsSync(file)) {
      if (!resume) {
        throw new RangeError(
          `Cannot train into ${this.path} as it must be empty: it holds a run; add --resume to go on with it, or choose another --out.`,
        );
      }
      if (JSON.stringify(this.config()) !== JSON.stringify(config)) {
        throw new RangeError(
          `Cannot resume ${this.path} as the configuration must be the one in ${file}: got another; choose another --out for it.`,
        );
      }
    } else if (existsSync(this.path) && readdirSync(this.path).length > 0) {
      throw new RangeError(`Cannot train into ${this.path} as it must be empty: it holds files that are no run.`);
    }
    mkdirSync(this.path, { recursive: true });
    writeJson(file, config);
  }

  config(): RunConfig {
    return checkRunConfig(this.readJson('config.json'));
  }

  result(): RunResult {
    return this.readJson('result.json') as RunResult;
  }

  writeResult(result: RunResult): void {
    writeJson(join(this.path, 'result.json'), result);
  }

  private readJson(name: string): unknown {
    const file = join(this.path, name);
    if (!existsSync(file)) {
      throw new RangeError(
        `Cannot read ${file} as ${this.path} must be the folder of a finished run: it has no ${name}.`,
      );
    }
    return JSON.parse(readFileSync(file, 'utf8'));
  }
}
