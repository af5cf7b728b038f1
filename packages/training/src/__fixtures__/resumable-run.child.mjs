// Runs `resumableRun` in a process of its own, which the test kills: node resumable-run.child.mjs FOLDER [KILL_AT_SEQUENCE]
import { createViteServer } from 'vitest/node';

const [folder, killAt] = process.argv.slice(2);
const server = await createViteServer({
  configFile: false,
  logLevel: 'error',
  server: { middlewareMode: true, ws: false },
  optimizeDeps: { noDiscovery: true },
  resolve: { conditions: ['@trimodal/source'] },
  ssr: { resolve: { conditions: ['@trimodal/source'] } },
});
const { resumableRun } = await server.ssrLoadModule(new URL('./resumable-run.ts', import.meta.url).pathname);
await resumableRun(folder, {
  onEvent: ({ sequence }) => {
    if (sequence === Number(killAt)) process.kill(process.pid, 'SIGKILL');
  },
});
await server.close();
