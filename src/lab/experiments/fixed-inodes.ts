import { namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import { documents, type Experiment, NotPermittedError } from '../stage/experiment.ts';
import { readInode } from '../stage/stage.ts';

/** include/linux/proc_ns.h, since Linux 3.8; cgroup since 4.6, time since 5.6. */
const fixed = ['ipc', 'uts', 'user', 'pid'] as const;

/** kthreadd, which no namespace but the boot's has. */
const kernelThread = '/proc/2';

export const fixedInodes: Experiment = {
  name: 'fixed-inodes',
  claim: 'The boot’s own ipc, uts, user and pid namespaces have inode numbers that are fixed in the kernel.',
  source: documents.detecting,
  async perform(stage) {
    const name = await stage.run(`cat ${kernelThread}/comm`);
    if (name !== 'kthreadd')
      throw new NotPermittedError(
        `process 2 is ${name} and not kthreadd: the boot’s own namespaces are not in sight here`,
      );
    for (const type of fixed) {
      const { output, status } = await stage.try(`readlink ${kernelThread}/ns/${type}`);
      if (status !== 0) throw new NotPermittedError(`the links of kthreadd, in ${kernelThread}/ns, are for root alone`);
      stage.expect(
        `the inode of the boot’s ${type} namespace`,
        readInode(output),
        namespaceTypeFacts[type].initialInode ?? 'not fixed',
      );
    }
  },
};
