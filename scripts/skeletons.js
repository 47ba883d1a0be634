// Builds the skeletons bpf/skeletons/*.skel from bpf/*.bpf.c, or checks that the committed ones are current.
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
// bpf-skeleton.js says what is in the file.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packSkeleton } from './bpf-skeleton.js';
import { clangFlags, hashSources, listLeftovers, listPrograms, listStale, readHead } from './skeleton-sources.js';

const words = process.argv.slice(2);
const folder = words.includes('--folder')
  ? (words[words.indexOf('--folder') + 1] ?? '.')
  : fileURLToPath(new URL('../bpf/', import.meta.url));
const store = join(folder, 'skeletons');

process.exitCode = main();

function main() {
  const names = listPrograms(folder);
  return words.includes('--check') ? check(names) : build(names, words.includes('--force'));
}

function build(names, force) {
  const wanted = force ? names : listStale(folder);
  for (const file of listLeftovers(folder)) rmSync(join(store, file));
  if (wanted.length === 0) return 0;
  const tools = nameTools();
  if (tools === undefined) return say(2, "needs clang and libbpf's headers (apt-get install clang libbpf-dev)");
  mkdirSync(store, { recursive: true });
  for (const name of wanted) {
    const file = join(store, `${name}.skel`);
    const bytes = makeSkeleton(name, hashSources(folder, name), tools);
    writeFileSync(`${file}.tmp`, bytes);
    renameSync(`${file}.tmp`, file);
    process.stdout.write(`bpf/skeletons/${name}.skel: ${bytes.length} bytes\n`);
  }
  return 0;
}

function check(names) {
  const wrong = listLeftovers(folder).map((file) => `bpf/skeletons/${file} has no source`);
  const tools = nameTools();
  let rebuilt = 0;
  for (const name of names) {
    const file = join(store, `${name}.skel`);
    if (!existsSync(file)) {
      wrong.push(`bpf/skeletons/${name}.skel is missing`);
      continue;
    }
    const head = readHead(file);
    const hash = hashSources(folder, name);
    if (head.hash !== hash) wrong.push(`bpf/skeletons/${name}.skel is older than its sources: run make -C bpf`);
    else if (head.tools === tools) {
      rebuilt++;
      if (!makeSkeleton(name, hash, tools).equals(readFileSync(file)))
        wrong.push(`bpf/skeletons/${name}.skel has other bytes than its sources give with the same tools`);
    }
  }
  for (const sentence of wrong) process.stderr.write(`skeletons: ${sentence}\n`);
  if (wrong.length > 0) return 1;
  const others = tools ?? 'no clang';
  const bytes =
    rebuilt === names.length ? 'bytes equal' : `bytes not compared for ${names.length - rebuilt}: ${others} here`;
  process.stdout.write(`skeletons: ${names.length} current by hash of their sources; ${bytes}\n`);
  return 0;
}

/** "clang 14.0.6", or undefined when it is missing. */
function nameTools() {
  const clang = spawnSync('clang', ['--version'], { encoding: 'utf8' }).stdout?.match(/version (\S+)/)?.[1];
  return clang && `clang ${clang}`;
}

function makeSkeleton(name, hash, tools) {
  const scratch = mkdtempSync(join(tmpdir(), 'skeleton-'));
  try {
    const object = join(scratch, `${name}.o`);
    run('clang', [...clangFlags, '-c', `${name}.bpf.c`, '-o', object]);
    return packSkeleton(readFileSync(object), hash, tools);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function run(command, words) {
  const { status, stderr, error } = spawnSync(command, words, {
    cwd: folder,
    encoding: 'utf8',
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${words.join(' ')}\n${stderr}`);
}

function say(status, sentence) {
  process.stderr.write(`skeletons: ${sentence}\n`);
  return status;
}
