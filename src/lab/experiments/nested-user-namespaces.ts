import { documents, type Experiment } from '../stage/experiment.ts';
import { countLinks } from '../stage/hidden.ts';
import { readInode } from '../stage/stage.ts';

export const nestedUserNamespaces: Experiment = {
  name: 'nested-user-namespaces',
  claim:
    'User namespaces nest, and one without any process stays for as long as its child does: only the child leads to it.',
  source: documents.listing,
  async perform(stage) {
    const make = 'unshare --user --map-root-user';
    const actor = await stage.start(`exec ${make} ${make} sh -c 'echo ready; exec sleep 1000'`, /ready/);
    const inner = readInode(await stage.run(`readlink /proc/${actor.pid}/ns/user`));
    const own = readInode(await stage.run('readlink /proc/self/ns/user'));
    const parentOf = async (inode: string | undefined) => {
      const filter = ['--filter', `inode == ${inode}`, '-o', 'parent', '--no-header'];
      return (await stage.run(['nscope', 'ls', '--type', 'user', ...filter])).split('\n')[0]?.trim();
    };
    const parent = await parentOf(inner);
    stage.expectOther('the parent of the inner one', parent, own);
    stage.expect('how many links of tasks lead to that parent', await countLinks(stage, `user:[${parent}]`), 0);
    stage.expect('the parent of the parent', await parentOf(parent), own);
  },
};
