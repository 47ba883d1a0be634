import { documents, type Experiment } from '../stage/experiment.ts';

export const initDeath: Experiment = {
  name: 'init-death',
  claim: 'When the init of a pid namespace ends, the kernel kills all other processes in it by SIGKILL.',
  source: documents.article,
  async perform(stage) {
    const script = 'sleep 1000 & sleep 1000 & echo ready; wait';
    const init = await stage.makeWith([...stage.runIn('pid'), 'sh', '-c', script]);
    const visitor = await stage.start([...stage.enter(init), 'sh', '-c', 'echo here; exec sleep 1000'], /^here$/m);
    const text = await stage.run(`cat /proc/${init.pid}/task/${init.pid}/children`);
    const children = text.trim().split(/\s+/);
    stage.expect('how many children the init has', children.length, 2);
    await stage.run(`kill -KILL ${init.pid}`);
    await init.actor.end();
    const left = await stage.try(`ls -d ${children.map((pid) => `/proc/${pid}`).join(' ')} 2>/dev/null | wc -l`);
    stage.expect('how many of them are left when it has ended', left.output.trim(), 0);
    stage.expect('the status of who had come from outside', (await visitor.end()).status ?? 'none', 128 + 9);
  },
};
