import { documents, type Experiment } from '../stage/experiment.ts';

export const unshareChildren: Experiment = {
  name: 'unshare-children',
  claim:
    'unshare(2) with CLONE_NEWPID leaves the caller where it is and moves its children, the first of which is PID 1; of other types it moves the caller itself.',
  source: documents.article,
  async perform(stage) {
    const script = 'sh -c "echo child \\$\\$; exec sleep 1000" & echo caller $$; wait';
    const actor = await stage.start(`exec ${stage.unshare('pid')} sh -c '${script}'`, /caller \d+/);
    const caller = /caller (\d+)/.exec(actor.output)?.[1];
    const child = await actor.until(/child (\d+)/);
    stage.expect('the PID of the caller afterwards', caller, actor.pid);
    stage.expect('the PID of its first child', child?.[1], 1);
    const own = await stage.run('readlink /proc/self/ns/pid');
    const link = await stage.run(`readlink /proc/${caller}/ns/pid`);
    const forChildren = await stage.run(`readlink /proc/${caller}/ns/pid_for_children`);
    stage.expect('the pid namespace of the caller', link, own);
    stage.expectOther('that of its children', forChildren, own);
    const uts = await stage.run(`${stage.unshare('uts')} readlink /proc/self/ns/uts`);
    stage.expectOther('the uts namespace of a caller', uts, await stage.run('readlink /proc/self/ns/uts'));
  },
};
