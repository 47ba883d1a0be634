// nscope mount: namespacefs at a directory, in the foreground or as a daemon.
import { spawn } from 'node:child_process';
import { basename, dirname, join, resolve } from 'node:path';
import { isExecutable } from '../../kernel/addon/package-root.ts';
import { readRealPath } from '../../kernel/files/files.ts';
import { readHost } from '../../kernel/own/host.ts';
import { findOwnFile, readOwnProgram } from '../../kernel/own/own-program.ts';
import { isEscaped } from '../../parse/text/text.ts';
import { escapeText } from '../../render/words/escape.ts';
import { keepHeapSmall } from '../line/small-heap.ts';
import { OutputClosedError, writeNote } from '../screen/output.ts';
import { UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';

const capSysAdmin = 1n << 21n;

export async function run([word = '']: readonly string[], options: OptionValues): Promise<number> {
  if (word === '') throw new UsageError('DIR is empty; name a directory');
  if (options.daemon) return startDaemon(word, options);
  keepHeapSmall();
  const { mountNamespacefs } = await import('../../namespacefs/mount/mount.ts');
  const { capabilities } = readHost().vantage;
  const mounted = mountNamespacefs(findDirectory(word), {
    asRoot: (BigInt(`0x${capabilities}`) & capSysAdmin) !== 0n && process.geteuid?.() === 0,
    bpf: options.bpf !== false,
    log,
  });
  const unmount = () => {
    try {
      mounted.unmount();
    } catch (error) {
      log(`not unmounted: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, unmount);
  // A daemon tells who started it, and lets go of that process.
  if (process.connected) process.send?.('mounted', () => process.disconnect());
  await mounted.ended;
  return 0;
}

function log(text: string): void {
  try {
    writeNote(`nscope: ${escapeText(text)}`);
  } catch (error) {
    // Nobody listens to a daemon: that must not end it.
    if (!(error instanceof OutputClosedError)) throw error;
  }
}

/** As mountinfo names it. The directory itself cannot be resolved while a dead file system lies on it. */
function findDirectory(word: string): string {
  const path = resolve(word);
  try {
    return readRealPath(path);
  } catch {
    try {
      return join(readRealPath(dirname(path)), basename(path));
    } catch {
      return path;
    }
  }
}

/** Starts the same in the background; what it says until it has mounted is passed on. */
function startDaemon(word: string, options: OptionValues): Promise<number> {
  // Node passes arguments as UTF-8.
  if (isEscaped(resolve(word)))
    throw new UsageError(`--daemon takes a directory whose path is UTF-8, not ${word}; nscope mount DIR & takes any`);
  const words = ['mount', ...(options.bpf === false ? ['--no-bpf'] : []), '--', resolve(word)];
  // What an executable's runtime was told comes by the environment, which it has too.
  const given = isExecutable() ? [] : process.execArgv;
  const child = spawn(findOwnFile(), [...given, ...readOwnProgram().slice(1), ...words], {
    argv0: process.execPath,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (bytes) => {
    said += bytes;
  });
  return new Promise((settle, fail) => {
    child.once('error', fail);
    child.once('message', () => {
      child.disconnect();
      child.unref();
      child.stderr?.destroy();
      settle(0);
    });
    child.once('close', (code) => {
      if (said !== '') writeNote(said.trimEnd());
      settle(code === 0 ? 0 : 2);
    });
  });
}
