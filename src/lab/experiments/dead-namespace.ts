import { documents, type Experiment } from '../stage/experiment.ts';

export const deadNamespace: Experiment = {
  name: 'dead-namespace',
  claim:
    'A pid namespace that an open descriptor holds outlives its init, but no process can be born in it: fork fails with ENOMEM.',
  source: documents.article,
  async perform(stage) {
    const init = await stage.make(['pid']);
    const links = stage.privileged ? ['pid'] : ['user', 'pid'];
    const opened = links.map((type, i) => `${i + 3}</proc/${init.pid}/ns/${type}`).join(' ');
    const holder = await stage.start(`exec ${opened}; echo holding; exec sleep 1000`, /holding/);
    const files = links.map((_, i) => `/proc/${holder.pid}/fd/${i + 3}`);
    const born = ['nscope', 'enter', '-f', ...files.flatMap((file) => ['-n', file]), 'sh', '-c', 'echo born'];
    const alive = await stage.try(born);
    stage.expect('what a process in it says while the init lives', alive.output, 'born');
    await stage.run(`kill -KILL ${init.pid}`);
    await init.actor.end();
    const link = await stage.run(`readlink ${files.at(-1)}`);
    stage.expect('the namespace that the descriptor still holds', link, `pid:[${init.inodes.pid}]`);
    const dead = await stage.try(born);
    stage.expect('the errno of the next fork', /\((E[A-Z]+)\)/.exec(dead.said)?.[1] ?? dead.said, 'ENOMEM');
  },
};
