// A trail as the JSON of its entries, without making them: most trails are of two, and every answer tells its own.
import { parseTrail } from '@router-mesh/contracts';

/** Matches a trail whose names need no escapes, and whose numbers are those of JSON: `stop@instance;received;waited;worked;code`, comma separated. */
const plain =
  /^(?:[\w.-]+@[\w-]*;[1-9]\d{0,14};(?:0|[1-9]\d{0,14})(?:\.\d)?;(?:0|[1-9]\d{0,14})(?:\.\d)?;\w+(?:,(?!$)|$))+$/;

/** @param trail as it stands in its header @returns JSON of a list of `TrailEntry` */
export function trailJson(trail: string): string {
  if (!plain.test(trail)) return JSON.stringify(parseTrail(trail));
  let json = '';
  for (let start = 0; start < trail.length;) {
    const at = trail.indexOf('@', start);
    const received = trail.indexOf(';', at) + 1;
    const waited = trail.indexOf(';', received) + 1;
    const worked = trail.indexOf(';', waited) + 1;
    const code = trail.indexOf(';', worked) + 1;
    const comma = trail.indexOf(',', code);
    const end = comma < 0 ? trail.length : comma;
    json +=
      `${json === '' ? '[' : ','}{"stop":"${trail.slice(start, at)}","instance":"${trail.slice(at + 1, received - 1)}"` +
      `,"received":${trail.slice(received, waited - 1)},"waited_ms":${trail.slice(waited, worked - 1)}` +
      `,"worked_ms":${trail.slice(worked, code - 1)},"code":"${trail.slice(code, end)}"}`;
    start = end + 1;
  }
  return `${json}]`;
}
