// An npm registry on this machine for as long as a check runs: verdaccio, with our packages in a temporary folder and
// every other one passed on from the registry that npm is set up with.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from './workspace.mjs';

const VERDACCIO = '6.8.0';
const HOST = '127.0.0.1';
const START_SECONDS = 30;

/** What npm is set up with, or nothing. */
function npmConfig(key) {
  const value = run('npm', ['config', 'get', key]).trim();
  return value === 'null' || value === 'undefined' ? undefined : value;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, HOST, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Installs verdaccio below `folder`; gives its program. */
function installVerdaccio(folder) {
  mkdirSync(folder, { recursive: true });
  // the older node-fetch that verdaccio asks for warns on newer Node
  const manifest = { private: true, dependencies: { verdaccio: VERDACCIO }, overrides: { 'node-fetch': '2.7.0' } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'], { cwd: folder });
  return join(folder, 'node_modules/verdaccio/bin/verdaccio');
}

/**
 * Starts a registry whose own packages are `names`.
 *
 * @returns `env` sends npm and pnpm to it, as a user who may publish; `stop` ends it; `logFile` is what it said.
 */
export async function startRegistry(folder, names) {
  const program = installVerdaccio(join(folder, 'verdaccio'));
  const port = await freePort();
  const url = `http://${HOST}:${port}/`;
  const cafile = npmConfig('cafile');
  const own = { access: '$all', publish: '$authenticated' };
  const config = {
    storage: join(folder, 'storage'),
    auth: { htpasswd: { file: join(folder, 'htpasswd') } },
    uplinks: { upstream: { url: npmConfig('registry'), cache: false, timeout: '60s' } },
    packages: { ...Object.fromEntries(names.map((name) => [name, own])), '**': { access: '$all', proxy: 'upstream' } },
    max_body_size: '100mb',
    web: { enable: false },
    log: { type: 'stdout', format: 'pretty-timestamped', level: 'http', colors: false },
  };
  // JSON is YAML
  writeFileSync(join(folder, 'verdaccio.yaml'), JSON.stringify(config));
  const logFile = join(folder, 'verdaccio.log');
  const log = openSync(logFile, 'w');
  const env = { ...process.env, ...(cafile && { NODE_EXTRA_CA_CERTS: cafile }) };
  const child = spawn(
    process.execPath,
    [program, '--config', join(folder, 'verdaccio.yaml'), '--listen', `${HOST}:${port}`],
    // straight into a file: the check waits for its commands, and could not empty a pipe meanwhile
    { cwd: folder, env, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  const ended = new Promise((resolve) => child.once('close', resolve));
  // a check that dies must not leave it running
  const kill = () => child.kill();
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    kill();
    await ended;
  };
  try {
    await answering(url, child, logFile);
    const token = await newUser(url);
    const npmrc = join(folder, 'npmrc');
    const settings = { registry: url, [`//${HOST}:${port}/:_authToken`]: token, ...(cafile && { cafile }) };
    const lines = Object.entries(settings).map((entry) => entry.join('='));
    writeFileSync(npmrc, `${lines.join('\n')}\n`, { mode: 0o600 });
    const cache = join(folder, 'npm-cache');
    return { url, stop, logFile, env: { npm_config_userconfig: npmrc, npm_config_cache: cache } };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A request on a connection of its own: one that waits while a command blocks this process is dead when it ends. */
export function ask(url, { headers, ...options } = {}) {
  return fetch(url, { ...options, headers: { ...headers, connection: 'close' } });
}

async function answering(url, child, logFile) {
  for (const end = Date.now() + START_SECONDS * 1000; Date.now() < end; await sleep(100)) {
    if (child.exitCode !== null) break;
    try {
      if ((await ask(`${url}-/ping`)).ok) return;
    } catch {} // not yet
  }
  throw new Error(
    `Cannot start a registry as verdaccio must answer in ${START_SECONDS} s: got\n${readFileSync(logFile, 'utf8')}`,
  );
}

/** The token of a user that is made for this run. */
async function newUser(url) {
  const name = 'publisher';
  const response = await ask(`${url}-/user/org.couchdb.user:${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password: randomBytes(24).toString('hex') }),
  });
  const { token } = await response.json();
  if (!token) throw new Error(`Cannot publish as the registry must give a token: got status ${response.status}.`);
  return token;
}
