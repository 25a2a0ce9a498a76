// A whole answer as its caller sees it, whichever way it came.
import type { AnswerPart } from './race.ts';

/**
 * The whole answer that a part brings; undefined when it brings none. In frames the answer and what the router did ride in the end, side by side.
 * @throws Error for an end without an answer
 */
export function wholeAnswer(part: AnswerPart): object | undefined {
  switch (part.kind) {
    case 'delta':
      return undefined;
    case 'end': {
      const { answer, router, usage_stored } = part.end;
      return { ...asObject(answer), router: { ...router, usage_stored } };
    }
    case 'whole':
      return asObject(part.body);
  }
}

function asObject(answer: unknown): object {
  if (typeof answer === 'object' && answer !== null) return answer;
  throw new Error('the answer is no object');
}
