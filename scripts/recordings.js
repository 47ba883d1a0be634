// Writes docs/pictures/NAME-WIDTH.svg: nscope's verbs as a terminal shows them; and NAME.svg, what nscope graph draws.
//   node scripts/recordings.js [--kernel VERSION] [NAME...]
// Runs them in a guest of test/kernels/kernel-vm, so that the host of the pictures is small, always the same, and has no
// process, path or name of this machine. scripts/recordings/pictures.js has the commands, scripts/recordings/scene.sh
// the host. Takes some minutes. Needs root, a build, and what kernel-vm and scene.sh name.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pictures, widths } from './recordings/pictures.js';
import { drawScreen, formatSvg } from './recordings/terminal-svg.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals: names } = parseArgs({ allowPositionals: true, options: { kernel: { type: 'string' } } });
const wanted = pictures.filter(({ name }) => names.length === 0 || names.includes(name));
const unknown = names.find((name) => !pictures.some((picture) => picture.name === name));
if (unknown) throw new Error(`${unknown} is not a picture of scripts/recordings/pictures.js`);

mkdirSync(join(root, 'docs/pictures'), { recursive: true });
const kernelOf = ({ kernel = '6.19' }) => values.kernel ?? kernel;
for (const kernel of new Set(wanted.map(kernelOf)))
  record(
    wanted.filter((picture) => kernelOf(picture) === kernel),
    kernel,
  );

function record(wanted, kernel) {
  const files = wanted.filter(({ file }) => file);
  const screens = wanted.filter(({ file }) => !file);
  const lines = [
    ...files.map(({ name, command, before = '', after = '' }) => ['file', name, command, before, after]),
    ...widths.flatMap((width) =>
      screens.map(
        ({ name, command, before = '', shows = '', meanwhile = '', seconds = 0, keys = '', rows = 60, after = '' }) => [
          'record',
          name,
          width,
          rows,
          command,
          before,
          shows,
          meanwhile,
          seconds,
          keys,
          after,
        ],
      ),
    ),
  ].map((words) => words.map(quote).join(' '));
  // Under emulation a kernel now and then does not come up.
  const output = runInGuest(lines.join('\n'), kernel) || runInGuest(lines.join('\n'), kernel);
  const arrived = writePictures(output);
  if (arrived === lines.length) return;
  process.stderr.write(
    `recordings: ${arrived} of ${lines.length} arrived\n${output.replace(/^(?:recording|file) .*$/gm, '')}`,
  );
  process.exitCode = 1;
}

/** @returns how many */
function writePictures(output) {
  let count = 0;
  for (const [, name, base64] of output.matchAll(/^file (\S+) ([\w+/=]+)$/gm)) {
    writeFileSync(join(root, `docs/pictures/${name}.svg`), Buffer.from(base64, 'base64'));
    count++;
  }
  for (const [, name, width, base64] of output.matchAll(/^recording (\S+) (\d+) ([\w+/=]*)$/gm)) {
    const { command } = pictures.find((picture) => picture.name === name);
    const columns = Number(width);
    const bytes = Buffer.from(base64, 'base64').toString('utf8');
    const prompt = [...`$ ${command}`].map((character) => ({ character, style: 'b' }));
    const title = `${command}, in a terminal of ${width} columns`;
    writeFileSync(
      join(root, `docs/pictures/${name}-${width}.svg`),
      formatSvg([prompt, ...drawScreen(bytes, columns)], columns, title),
    );
    count++;
  }
  return count;
}

/**
 * Boots a guest whose /usr/local has nscope, the scene and its first program, all under names that say nothing of this
 * checkout, and gives what it printed.
 */
function runInGuest(session, kernel) {
  const prepare = `
    mount -t tmpfs tmpfs /usr/local
    mkdir -p /usr/local/bin /usr/local/sbin /usr/local/lib/nscope/build
    cp -r dist bpf package.json /usr/local/lib/nscope/
    cp -r build/native /usr/local/lib/nscope/build/
    ln -s ../lib/nscope/dist/nscope.cjs /usr/local/bin/nscope
    cp scripts/recordings/scene.sh /usr/local/lib/scene.sh
    cp test/kernels/guest-init /usr/local/sbin/init
    printf '%s\\n' '. /usr/local/lib/scene.sh' "$SESSION" >/usr/local/bin/session
    run=$PWD/test/kernels/kernel-vm
    cd /usr/local
    exec "$run" run "$KERNEL" 'exec bash /usr/local/bin/session'`;
  const { stdout, stderr, status, error } = spawnSync('unshare', ['--mount', 'bash', '-ec', prepare], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: {
      ...process.env,
      SESSION: session,
      KERNEL: kernel,
      KERNEL_VM_CPUS: '2',
      KERNEL_VM_TIMEOUT_S: '900',
      KERNEL_VM_ARGUMENTS: 'init=/usr/local/sbin/init',
    },
  });
  if (error) throw error;
  if (status !== 0) process.stderr.write(`recordings: the guest ended with status ${status}\n${stderr}`);
  return stdout;
}

function quote(word) {
  return `'${String(word).replaceAll("'", `'\\''`)}'`;
}
