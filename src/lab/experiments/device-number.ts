import { documents, type Experiment } from '../stage/experiment.ts';

export const deviceNumber: Experiment = {
  name: 'device-number',
  claim: 'The device number of a namespace’s file tells a child: it is 4 for those of the host and higher for others.',
  source: documents.detecting,
  async perform(stage) {
    const own = await stage.run('stat -L -c %d /proc/self/ns/uts');
    const child = await stage.run([...stage.runIn('uts'), 'stat', '-L', '-c', '%d', '/proc/self/ns/uts']);
    stage.expectOther('the device number in a child', child, own);
  },
};
