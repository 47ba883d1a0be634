import { documents, type Experiment } from '../stage/experiment.ts';

export const procOfMounter: Experiment = {
  name: 'proc-of-mounter',
  claim:
    'A /proc shows the pid namespace of the process that mounted it, whoever reads it; a new one in a mount namespace of its own leaves that of the host as it is.',
  source: documents.article,
  async perform(stage) {
    const made = await stage.make(['pid', 'mnt']);
    const look = [...stage.enter(made), 'sh', '-c', 'echo $$; exec readlink /proc/self'];
    const [pid, before] = (await stage.run(look)).split('\n');
    stage.expectOther('its number in the old /proc', before, pid ?? '');
    await stage.run([...stage.enter(made), 'mount', '-t', 'proc', 'proc', '/proc']);
    const [again, after] = (await stage.run(look)).split('\n');
    stage.expect('its number in the new /proc', after, again ?? 'its PID');
    const first = await stage.run([...stage.enter(made), 'sh', '-c', 'cat /proc/1/comm']);
    stage.expect('process 1 of the new /proc', first, 'sleep');
    const host = await stage.run('echo $$; exec readlink /proc/self');
    stage.expect('what is read in that of the host', host.split('\n')[1], host.split('\n')[0] ?? '');
  },
};
