import { documents, type Experiment } from '../stage/experiment.ts';

export const setnsChildren: Experiment = {
  name: 'setns-children',
  claim: 'setns(2) into a pid namespace leaves the caller where it is and moves its children.',
  source: documents.article,
  async perform(stage) {
    const init = await stage.make(['pid']);
    const files = (stage.privileged ? ['pid'] : ['user', 'pid']).flatMap((type) => [
      '-n',
      `/proc/${init.pid}/ns/${type}`,
    ]);
    // The link is read by a child, which is in the namespace, of the caller, by its number outside.
    const script =
      'readlink /proc/$$/ns/pid; readlink /proc/$$/ns/pid_for_children; sh -c "readlink /proc/self/ns/pid; true"';
    const output = await stage.run(['nscope', 'enter', ...files, 'sh', '-c', script]);
    const [link, forChildren, ofChild] = output.match(/^pid:.*$/gm) ?? [];
    stage.expect('the pid namespace of the caller', link, await stage.run('readlink /proc/self/ns/pid'));
    stage.expect('the one that its children are to be in', forChildren, `pid:[${init.inodes.pid}]`);
    stage.expect('the pid namespace of a child', ofChild, `pid:[${init.inodes.pid}]`);
  },
};
