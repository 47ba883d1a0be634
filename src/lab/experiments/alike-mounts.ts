import { documents, type Experiment } from '../stage/experiment.ts';
import { idle } from '../stage/stage.ts';

export const alikeMounts: Experiment = {
  name: 'alike-mounts',
  claim:
    '/proc/PID/mounts of two mount namespaces can be the same text, while /proc/PID/mountinfo differs even where no mount point was changed.',
  source: documents.grouping,
  async perform(stage) {
    const one = await stage.make(['mnt']);
    // A copy of the first, where nobody else mounts anything meanwhile.
    const copy = ['nscope', 'run', '--mount', '--', 'sh', '-c', idle()];
    const other = await stage.makeWith([...stage.enter(one), ...copy]);
    const digests = async (file: string) => {
      const lines = await stage.run(`md5sum /proc/${one.pid}/${file} /proc/${other.pid}/${file}`);
      return lines.split('\n').map((line) => line.split(' ')[0] ?? '');
    };
    stage.expectOther('the inode of the second', other.inodes.mnt, one.inodes.mnt ?? '');
    const [first = '', second] = await digests('mounts');
    stage.expect('the digest of the mounts of the second', second, first);
    const [firstInfo = '', secondInfo] = await digests('mountinfo');
    stage.expectOther('the digest of its mountinfo', secondInfo, firstInfo);
  },
};
