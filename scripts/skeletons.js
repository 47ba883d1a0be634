// Builds the light skeletons bpf/skeletons/*.skel from bpf/*.bpf.c, or checks that the committed ones are current.
//   node scripts/skeletons.js           builds those whose sources changed
//   node scripts/skeletons.js --force   builds all
//   node scripts/skeletons.js --check   exit 1 when one is missing, left over, or not what its sources give
//
// --folder DIR: another folder than bpf/.
//
// A skeleton states the SHA-256 of its sources and flags, and the tools that made it. The check compares the hash, which
// needs no tool and gives the same answer on every machine; and where the same tools are installed it builds again and
// compares every byte. Another clang makes other, equally good, bytes, so with other tools it says that it did not.
//
// The file, little-endian: 8 bytes magic, u32 maps, u32 progs, u32 bytes of data, u32 bytes of insns, 32 bytes of hash,
// 72 bytes naming the tools (ASCII, padded with zeros), then data and insns. src/parse/bpf-skeleton.ts reads it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const words = process.argv.slice(2);
const folder = words.includes('--folder')
  ? (words[words.indexOf('--folder') + 1] ?? '.')
  : fileURLToPath(new URL('../bpf/', import.meta.url));
const store = join(folder, 'skeletons');
const magic = 'nscopeB1';
const headBytes = 128;
const clangFlags =
  '-g -O2 -target bpfel -mcpu=v3 -Wall -Wextra -Werror -Wno-unused-parameter -ffile-compilation-dir=.'.split(' ');

process.exitCode = main();

function main() {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.bpf.c'))
    .map((file) => file.slice(0, -'.bpf.c'.length));
  return words.includes('--check') ? check(names) : build(names, words.includes('--force'));
}

function build(names, force) {
  const tools = nameTools();
  if (tools === undefined) return say(2, 'needs clang and bpftool (apt-get install clang bpftool libbpf-dev)');
  mkdirSync(store, { recursive: true });
  for (const name of leftovers(names)) rmSync(join(store, name));
  for (const name of names) {
    const file = join(store, `${name}.skel`);
    const hash = hashSources(name);
    if (!force && existsSync(file) && readHead(file).hash === hash) continue;
    const bytes = makeSkeleton(name, hash, tools);
    writeFileSync(file, bytes);
    process.stdout.write(`bpf/skeletons/${name}.skel: ${bytes.length} bytes\n`);
  }
  return 0;
}

function check(names) {
  const wrong = leftovers(names).map((file) => `bpf/skeletons/${file} has no source`);
  const tools = nameTools();
  let rebuilt = 0;
  for (const name of names) {
    const file = join(store, `${name}.skel`);
    if (!existsSync(file)) {
      wrong.push(`bpf/skeletons/${name}.skel is missing`);
      continue;
    }
    const head = readHead(file);
    const hash = hashSources(name);
    if (head.hash !== hash) wrong.push(`bpf/skeletons/${name}.skel is older than its sources: run make -C bpf`);
    else if (head.tools === tools) {
      rebuilt++;
      if (!makeSkeleton(name, hash, tools).equals(readFileSync(file)))
        wrong.push(`bpf/skeletons/${name}.skel has other bytes than its sources give with the same tools`);
    }
  }
  for (const sentence of wrong) process.stderr.write(`skeletons: ${sentence}\n`);
  if (wrong.length > 0) return 1;
  const others = tools ?? 'no clang and bpftool';
  const bytes =
    rebuilt === names.length ? 'bytes equal' : `bytes not compared for ${names.length - rebuilt}: ${others} here`;
  process.stdout.write(`skeletons: ${names.length} current by hash of their sources; ${bytes}\n`);
  return 0;
}

/** Stored skeletons that no source stands for. */
function leftovers(names) {
  if (!existsSync(store)) return [];
  return readdirSync(store).filter((file) => !names.includes(file.replace(/\.skel$/, '')));
}

/** The hash over a program, the headers of this folder that it includes, and the flags. */
function hashSources(name) {
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

/** "clang 14.0.6, bpftool v7.1.0", or undefined when one is missing. */
function nameTools() {
  const clang = spawnSync('clang', ['--version'], { encoding: 'utf8' }).stdout?.match(/version (\S+)/)?.[1];
  const bpftool = spawnSync('bpftool', ['version'], { encoding: 'utf8' }).stdout?.match(/bpftool (\S+)/)?.[1];
  return clang && bpftool ? `clang ${clang}, bpftool ${bpftool}` : undefined;
}

function readHead(file) {
  const bytes = readFileSync(file);
  const stated = bytes.subarray(0, 8).toString('latin1') === magic && bytes.length >= headBytes;
  if (!stated) return { hash: 'none', tools: 'none' };
  return {
    hash: bytes.subarray(24, 56).toString('hex'),
    tools: bytes.subarray(56, headBytes).toString('latin1').replace(/\0+$/, ''),
  };
}

function makeSkeleton(name, hash, tools) {
  const scratch = mkdtempSync(join(tmpdir(), 'skeleton-'));
  try {
    const object = join(scratch, `${name}.o`);
    run('clang', [...clangFlags, '-c', `${name}.bpf.c`, '-o', object]);
    return packSkeleton(name, run('bpftool', ['gen', 'skeleton', '-L', object]), hash, tools);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** From the C header that bpftool writes, to the file. */
function packSkeleton(name, header, hash, tools) {
  const maps = [...header.matchAll(/^\t\tstruct bpf_map_desc (\w+);/gm)].map((match) => match[1]);
  const progs = header.match(/^\t\tstruct bpf_prog_desc /gm)?.length ?? 0;
  const filled = maps.filter((map) => /^(rodata|data|bss)/.test(map));
  if (filled.length > 0) throw new Error(`${name}: global variables (${filled}) would need initial values; use a map`);
  if (progs === 0) throw new Error(`${name}: no program`);
  const data = readBlob(header, 'data');
  const insns = readBlob(header, 'insns');
  const head = Buffer.alloc(headBytes);
  head.write(magic, 0, 'latin1');
  for (const [index, number] of [maps.length, progs, data.length, insns.length].entries())
    head.writeUInt32LE(number, 8 + 4 * index);
  head.write(hash, 24, 'hex');
  head.write(tools, 56, headBytes - 56, 'latin1');
  return Buffer.concat([head, data, insns]);
}

/** A blob stands in the header as a C string of \x.. and \0. */
function readBlob(header, name) {
  const size = Number(header.match(new RegExp(`opts\\.${name}_sz = (\\d+);`))?.[1]);
  const text = header.match(new RegExp(`opts\\.${name} = \\(void \\*\\)"([^"]*)";`))?.[1] ?? '';
  const bytes = Buffer.from(
    [...text.replaceAll('\\\n', '').matchAll(/\\(?:x([0-9a-f]{2})|0)/g)].map((match) =>
      Number.parseInt(match[1] ?? '0', 16),
    ),
  );
  if (bytes.length !== size) throw new Error(`the skeleton's ${name} has ${bytes.length} bytes, not ${size}`);
  return bytes;
}

function run(command, words) {
  const { status, stdout, stderr, error } = spawnSync(command, words, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${words.join(' ')}\n${stderr}`);
  return stdout;
}

function say(status, sentence) {
  process.stderr.write(`skeletons: ${sentence}\n`);
  return status;
}
