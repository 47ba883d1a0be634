import { readTextFile } from '../../kernel/files/files.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { documents, type Experiment } from '../stage/experiment.ts';

export const forcedSignals: Experiment = {
  name: 'forced-signals',
  claim:
    'From an ancestor pid namespace SIGKILL and SIGSTOP are forced upon an init; other signals without a handler do not reach it from there either.',
  source: documents.article,
  async perform(stage) {
    const init = await stage.make(['pid']);
    const state = `grep State: /proc/${init.pid}/status`;
    const send = async (signal: string, wanted: string) => {
      await stage.run(`kill -${signal} ${init.pid}`);
      await stage.until(`state ${wanted} after SIG${signal}`, () => readState(init.pid) === wanted);
      stage.expect(`the state after SIG${signal}`, (await stage.run(state)).split(/\s+/)[1], wanted);
    };
    await send('TERM', 'S');
    await send('STOP', 'T');
    await send('CONT', 'S');
    await stage.run(`kill -KILL ${init.pid}`);
    const { status } = await init.actor.end();
    stage.expect('the status of the init after SIGKILL', status ?? 'none', 128 + 9);
  },
};

function readState(pid: number): string | undefined {
  const status = readTextFile(`/proc/${pid}/status`);
  return isKnown(status) ? /State:\s+(\S)/.exec(status)?.[1] : undefined;
}
