// A tree with scripts/build.js in which stand-ins for the compilers write down that they were started.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';

/** A stand-in, as CommonJS: says in `log` that it ran, and does the rest. */
export const standIn = (name: string, rest: string) =>
  `const fs = require('node:fs'); fs.appendFileSync('log', '${name} '); ${rest}`;
export const writes = (file: string) =>
  `fs.mkdirSync('${dirname(file)}', { recursive: true }); fs.writeFileSync('${file}', 'made');`;
/** The same of make, as a script of sh. */
export const makes = `[ "$1" = --version ] && exit
printf 'make ' >>log; /bin/mkdir -p build/native; echo made >build/native/nscope.node`;
/** Fails where another one is at work, and takes its time. */
export const bundles = `fs.mkdirSync('busy'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  ${writes('dist/nscope.cjs')} fs.rmdirSync('busy');`;

export class Tree {
  readonly root = mkdtempSync(join(tmpdir(), 'nscope-tree-'));

  constructor(t: TestContext) {
    t.after(() => rmSync(this.root, { recursive: true }));
    for (const file of ['build.js', 'skeleton-sources.js', 'bpf-skeleton.js', 'bpf-object.js'])
      cpSync(join('scripts', file), join(this.root, 'scripts', file), { recursive: true });
    this.write('scripts/package.json', '{"type": "module"}');
    this.write('node_modules/typescript/bin/tsc', standIn('tsc', writes('build/js/.tsbuildinfo')));
    this.writeScript('man', writes('man/nscope.1'));
    this.writeScript('bundle', bundles);
    this.writeProgram('make', makes);
    this.writeProgram('cc', '');
    for (const file of ['src/a.ts', 'native/a.c', 'bpf/layout.h', 'package-lock.json', 'test/a.test.ts'])
      this.write(file, 'one');
    for (const file of ['src/a.js', 'test/a.test.js']) this.write(`build/js/${file}`, 'one');
    mkdirSync(join(this.root, 'bench'));
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
  }

  writeScript(name: string, rest: string): void {
    const head = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);\n`;
    this.write(`scripts/${name}.js`, head + standIn(name, rest));
  }

  writeProgram(name: string, script: string): void {
    this.write(`programs/${name}`, `#!/bin/sh\n${script}\n`);
    chmodSync(join(this.root, 'programs', name), 0o755);
  }

  /** Removes what the stand-ins wrote down. */
  takeLog(): string {
    const log = join(this.root, 'log');
    const text = existsSync(log) ? readFileSync(log, 'utf8').trim() : '';
    rmSync(log, { force: true });
    return text;
  }

  #command(words: readonly string[]) {
    const { CC: _, CFLAGS: __, LDFLAGS: ___, ...env } = process.env;
    return [
      process.execPath,
      [join(this.root, 'scripts/build.js'), ...words],
      { env: { ...env, PATH: join(this.root, 'programs') } },
    ] as const;
  }

  build(...words: string[]) {
    const [node, all, options] = this.#command(words);
    const { status, stdout, stderr } = spawnSync(node, all, { ...options, encoding: 'utf8' });
    assert.equal(stdout, '', 'standard output is left to nscope');
    return { status, stderr, ran: this.takeLog() };
  }

  async buildAside(...words: string[]) {
    const [node, all, options] = this.#command(words);
    const child = spawn(node, all, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, stderr };
  }
}

/** What one build of the JavaScript starts. */
export const javascript = 'tsc man bundle';
