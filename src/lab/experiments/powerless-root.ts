import { documents, type Experiment } from '../stage/experiment.ts';

export const powerlessRoot: Experiment = {
  name: 'powerless-root',
  claim:
    'Root of a user namespace has its capabilities in there alone: what other user namespaces own is refused to it.',
  source: documents.readers,
  async perform(stage) {
    // The name that would change is that of a uts namespace made for this, whatever the host's is.
    const own = ['nscope', 'run', '--map-root', '--uts', '--'];
    const setName = ['sh', '-c', 'id -u; hostname lab'];
    const outside = await stage.try([...own, 'unshare', '--user', '--map-root-user', ...setName]);
    stage.expect('the uid in there', outside.output.split('\n')[0], 0);
    stage.expect('the status of setting the host name outside', outside.status === 0 ? 0 : 'a failure', 'a failure');
    const inside = await stage.try([...own, ...setName]);
    stage.expect('that of setting it in a uts namespace of its own', inside.status ?? 'none', 0);
  },
};
