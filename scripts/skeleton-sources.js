// Which skeletons of bpf/skeletons are current: each states the hash of the sources and flags that it was made of.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { headBytes, magic } from './bpf-skeleton.js';

export const clangFlags =
  '-g -O2 -target bpfel -mcpu=v3 -Wall -Wextra -Werror -Wno-unused-parameter -ffile-compilation-dir=.'.split(' ');

/** The programs of a folder: namespaces for namespaces.bpf.c. */
export function listPrograms(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.bpf.c'))
    .map((file) => file.slice(0, -'.bpf.c'.length));
}

/** The programs whose skeleton is missing, or was made of other sources. */
export function listStale(folder) {
  return listPrograms(folder).filter((name) => {
    const file = join(folder, 'skeletons', `${name}.skel`);
    return !existsSync(file) || readHead(file).hash !== hashSources(folder, name);
  });
}

/** Stored skeletons that no source stands for. */
export function listLeftovers(folder) {
  const store = join(folder, 'skeletons');
  if (!existsSync(store)) return [];
  const names = listPrograms(folder);
  return readdirSync(store).filter((file) => !names.includes(file.replace(/\.skel$/, '')));
}

/** The hash over a program, the headers of its folder that it includes, and the flags. */
export function hashSources(folder, name) {
  const hash = createHash('sha256').update(`${magic}\n${clangFlags.join(' ')}\n`);
  const seen = new Set();
  const add = (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(join(folder, file), 'utf8');
    hash.update(`${file}\n${Buffer.byteLength(text)}\n${text}`);
    for (const match of text.matchAll(/^#include "([^"]+)"/gm)) add(match[1]);
  };
  add(`${name}.bpf.c`);
  return hash.digest('hex');
}

/** What a skeleton states: the hash of its sources, and the tools that made it. */
export function readHead(file) {
  const bytes = readFileSync(file);
  const stated = bytes.subarray(0, 8).toString('latin1') === magic && bytes.length >= headBytes;
  if (!stated) return { hash: 'none', tools: 'none' };
  return {
    hash: bytes.subarray(24, 56).toString('hex'),
    tools: bytes.subarray(56, headBytes).toString('latin1').replace(/\0+$/, ''),
  };
}
