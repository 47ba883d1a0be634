import { loadAddon } from '../../kernel/addon/addon.ts';
import { cLibrary } from '../../kernel/addon/memory-file.ts';
import { isExecutable } from '../../kernel/addon/package-root.ts';
import { namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import { documents, type Experiment, NotPermittedError } from '../stage/experiment.ts';
import { countLinks, findHolder } from '../stage/hidden.ts';

export const hiddenByThread: Experiment = {
  name: 'hidden-by-thread',
  claim: 'A thread can be in another network namespace than its process, and only the links of its own show that.',
  source: documents.listing,
  async perform(stage) {
    const unsharing = writeUnsharing(namespaceTypeFacts.net.cloneValue);
    const inThread = `${unsharing}; console.log('ready'); setInterval(() => {}, 1e6)`;
    const code = `new (require('worker_threads').Worker)(${JSON.stringify(inThread)}, { eval: true })`;
    // For an ordinary user in a user namespace, of which the thread has the capabilities.
    const made = await stage.makeWith([...stage.runIn('uts'), 'node', '-e', code]);
    const own = await stage.run(`readlink /proc/${made.pid}/ns/net`);
    const links = await stage.run(`readlink /proc/${made.pid}/task/*/ns/net`);
    const other = links.split('\n').find((link) => link !== own);
    stage.expect('the link of the process', own, await stage.run('readlink /proc/self/ns/net'));
    stage.expectOther('that of one of its threads', other, own);
    if (other === undefined) return;
    stage.expect('how many links of processes lead there', await countLinks(stage, other, '[0-9]*'), 0);
    stage.expect('the holder that nscope names', await findHolder(stage, other), `thread ${made.pid}`);
  },
};

/** JavaScript that moves the thread that runs it: no other process can load what an executable has inside. */
function writeUnsharing(flag: number): string {
  const found = loadAddon();
  if (!('file' in found)) throw new NotPermittedError(found.missing);
  if (!isExecutable()) return `require('${found.file}').unshareThread(${flag})`;
  return `require('bun:ffi').dlopen('${cLibrary}', { unshare: { args: ['i32'], returns: 'i32' } }).symbols.unshare(${flag})`;
}
