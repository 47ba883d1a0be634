import { documents, type Experiment } from '../stage/experiment.ts';

/** More than enough: the lowest free number is given out first. */
const maxTries = 24;

export const reusedInode: Experiment = {
  name: 'reused-inode',
  claim:
    'The inode number of a namespace that has ended is given out again, to one that has nothing to do with it; the 64-bit id, where the kernel has one, is not.',
  source: documents.detecting,
  async perform(stage) {
    const ids = new Map<number, string | undefined>();
    for (let tries = 0; tries < maxTries; tries++) {
      const [nscope = '', verb = '', ...words] = stage.runIn('uts');
      const text = await stage.run([nscope, verb, '--json', ...words, 'true']);
      const { namespaces } = JSON.parse(text) as {
        readonly namespaces: readonly { readonly type: string; readonly inode: number; readonly id?: string }[];
      };
      const made = namespaces.find(({ type }) => type === 'uts');
      if (!made) break;
      if (ids.has(made.inode)) {
        stage.expect('how often the number was given out', 'twice', 'twice');
        const before = ids.get(made.inode);
        if (before !== undefined) stage.expectOther('the id of the second', made.id, before);
        return;
      }
      ids.set(made.inode, made.id);
    }
    stage.expect('how often a number was given out', `once each of ${ids.size}`, 'twice');
  },
};
