import { documents, type Experiment } from '../stage/experiment.ts';

/** More than enough: the lowest free number is given out first. */
const maxTries = 24;

export const reusedInode: Experiment = {
  name: 'reused-inode',
  claim:
    'The inode number of a namespace that has ended is given out again, to one that has nothing to do with it; the 64-bit id, where the kernel has one, is not.',
  source: documents.detecting,
  async perform(stage) {
    const given: { readonly inode: number; readonly id?: string }[] = [];
    const isTwice = () => given.slice(0, -1).some(({ inode }) => inode === given.at(-1)?.inode);
    for (let tries = 0; tries < maxTries && !isTwice(); tries++) {
      const [nscope = '', verb = '', ...words] = stage.runIn('uts');
      const text = await stage.run([nscope, verb, '--json', ...words, 'true']);
      const { namespaces } = JSON.parse(text) as {
        readonly namespaces: readonly { readonly type: string; readonly inode: number; readonly id?: string }[];
      };
      const made = namespaces.find(({ type }) => type === 'uts');
      if (!made) break;
      given.push(made);
    }
    const last = given.at(-1);
    const [before, ...others] = given.filter(({ inode }) => inode === last?.inode);
    stage.expect(
      `how often one of ${given.length} numbers was given out`,
      given.length === 0 ? 0 : 1 + others.length,
      2,
    );
    if (before?.id !== undefined && others.length > 0) stage.expectOther('the id of the second', last?.id, before.id);
  },
};
