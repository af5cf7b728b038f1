import { defineConfig, mergeConfig } from 'vitest/config';
import shared from '../../vitest.config.ts';
import { sourcesByImport } from './readme-examples.mjs';
import { ROOT } from './workspace.mjs';

/** Examples import the packages by name: to their sources, from a folder that none of them is installed in. */
const sources = sourcesByImport(ROOT);
const alias = Object.entries(sources).map(([name, replacement]) => ({ find: new RegExp(`^${name}$`), replacement }));

export default mergeConfig(shared, defineConfig({ resolve: { alias } }));
