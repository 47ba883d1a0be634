import { documents, type Experiment } from '../stage/experiment.ts';

export const signalFromInside: Experiment = {
  name: 'signal-from-inside',
  claim:
    'A signal for which the init of a pid namespace has no handler does not reach it from inside, not even SIGKILL from root.',
  source: documents.article,
  async perform(stage) {
    const init = await stage.make(['pid']);
    for (const signal of ['TERM', 'KILL']) {
      const sent = await stage.try([...stage.enter(init), 'sh', '-c', `kill -${signal} 1; echo "kill: $?"`]);
      stage.expect(`what kill -${signal} 1 answers`, /^kill: (\d+)$/m.exec(sent.output)?.[1], 0);
    }
    const { output } = await stage.try(`grep -E '^(State|SigPnd|ShdPnd)' /proc/${init.pid}/status`);
    stage.expect('the state of the init afterwards', /State:\s+(\S)/.exec(output)?.[1], 'S');
    stage.expect('the signals that wait for it', /ShdPnd:\s+0*(\d+)$/m.exec(output)?.[1], 0);
  },
};
