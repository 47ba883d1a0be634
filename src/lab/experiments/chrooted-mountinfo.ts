import { documents, type Experiment } from '../stage/experiment.ts';

export const chrootedMountinfo: Experiment = {
  name: 'chrooted-mountinfo',
  claim: 'A process behind chroot(2) reads another mountinfo than its neighbours in the same mount namespace.',
  source: documents.grouping,
  async perform(stage) {
    const root = stage.directory;
    const behind = 'echo "chrooted $$"; echo ready; exec sleep 1000';
    const script = `mount --rbind / ${root} && { chroot ${root} sh -c '${behind}' & exec sleep 1000; }`;
    const made = await stage.makeWith([...stage.runIn('mnt'), 'sh', '-c', script]);
    const chrooted = /chrooted (\d+)/.exec(made.actor.output)?.[1] ?? 'self';
    const links = await stage.run(`readlink /proc/${made.pid}/ns/mnt /proc/${chrooted}/ns/mnt`);
    const [one = '', other] = links.split('\n');
    stage.expect('the mount namespace of the one behind chroot', other, one);
    const sums = await stage.run(`md5sum /proc/${made.pid}/mountinfo /proc/${chrooted}/mountinfo`);
    const [first = '', second] = sums.split('\n').map((line) => line.split(' ')[0] ?? '');
    stage.expectOther('the digest of its mountinfo', second, first);
  },
};
