// The JavaScript library resol-vbus on the same bytes, for scripts/benchmarks/vbus.py.
//
//   node vbus_peer.mjs STREAM [SPECIFICATION.vsf]
//
// reads the name of a task a line (framing, fields, text) and answers each with a line
// of JSON: seconds, frames, fields and characters of text.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(import.meta.url);
const vbus = require('resol-vbus');
const SpecificationFile = require('resol-vbus/src/specification-file');

const PIECE = 4096;
const [streamPath, specificationPath] = process.argv.slice(2);
const stream = readFileSync(streamPath);
const specification = specificationPath
  ? new vbus.Specification({
      language: 'en',
      specificationFile: new SpecificationFile(readFileSync(specificationPath), 'en'),
    })
  : new vbus.Specification({ language: 'en' });

function run(task) {
  const connection = new vbus.Connection();
  const result = { frames: 0, fields: 0, characters: 0 };
  const count = () => { result.frames += 1; };
  connection.on('datagram', count);
  connection.on('telegram', count);
  connection.on('packet', (packet) => {
    result.frames += 1;
    if (task === 'framing') return;
    for (const field of specification.getPacketFieldsForHeaders([packet])) {
      if (field.rawValue !== null && field.rawValue !== undefined) result.fields += 1;
      if (task === 'text') result.characters += field.formatTextValue().length;
    }
  });
  const now = new Date();
  const start = process.hrtime.bigint();
  for (let at = 0; at < stream.length; at += PIECE) {
    connection.receive(now, stream.subarray(at, at + PIECE));
  }
  result.seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return result;
}

for await (const task of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(run(task)));
}
