import { documents, type Experiment } from '../stage/experiment.ts';

export const pidWithoutMount: Experiment = {
  name: 'pid-without-mount',
  claim:
    'Nothing ties a pid namespace to the mount namespace that was made with it: who enters the former alone sees the old /proc.',
  source: documents.readers,
  async perform(stage) {
    const flags = [...stage.runIn('pid', 'mnt').slice(0, -1), '--mount-proc', '--'];
    const made = await stage.makeWith([...flags, 'sh', '-c', 'echo ready; exec sleep 1000']);
    const look = ['sh', '-c', 'echo $$; exec readlink /proc/self'];
    const [pid, seen] = (await stage.run([...stage.enter(made), ...look])).split('\n');
    stage.expect('the number in /proc of who enters both', seen, pid ?? 'its PID');
    const [alone, old] = (await stage.run([...stage.enter(made, 'pid'), ...look])).split('\n');
    stage.expectOther('that of who enters the pid namespace alone', old, alone ?? '');
  },
};
