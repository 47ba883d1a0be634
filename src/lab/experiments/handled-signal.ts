import { documents, type Experiment } from '../stage/experiment.ts';

export const handledSignal: Experiment = {
  name: 'handled-signal',
  claim: 'A signal for which the init has a handler reaches it, from inside of its pid namespace and from outside.',
  source: documents.article,
  async perform(stage) {
    const script = 'trap "echo caught" TERM; echo ready; while :; do sleep 1000 & wait; done';
    const init = await stage.makeWith([...stage.runIn('pid'), 'sh', '-c', script]);
    await stage.run([...stage.enter(init), 'sh', '-c', 'kill -TERM 1']);
    const inside = await init.actor.until(/caught/);
    stage.expect('what the init says to a signal from inside', inside?.[0], 'caught');
    await stage.run(`kill -TERM ${init.pid}`);
    const outside = await init.actor.until(/caught\s+caught/);
    stage.expect('and to one from outside', outside?.[0].slice(-6), 'caught');
  },
};
