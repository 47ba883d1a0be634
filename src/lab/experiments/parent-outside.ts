import { documents, type Experiment } from '../stage/experiment.ts';

export const parentOutside: Experiment = {
  name: 'parent-outside',
  claim: 'A process whose parent is in another pid namespace, where it cannot see it, has the parent 0.',
  source: documents.article,
  async perform(stage) {
    const init = await stage.make(['pid']);
    const [pid, parent] = (await stage.run([...stage.enter(init), 'sh', '-c', 'echo $$ $PPID'])).split(' ');
    stage.expect('the parent of who was started from outside', parent, 0);
    stage.expectOther('its own PID', pid, 1);
    const child = await stage.run([...stage.enter(init), 'sh', '-c', 'sh -c "echo \\$PPID"; true']);
    stage.expectOther('the parent of its own child', child, 0);
  },
};
