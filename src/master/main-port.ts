import type { Settings } from '../config/settings.js';
import type { Answers } from './front/answers.js';
import { CanonicalDoor } from './front/canonical/door.js';
import { Front, type FrontPorts } from './front/front.js';
import type { Intake } from './front/intake.js';
import type { Trust } from './trust/trust.js';

/** Where clients are served, by both ways in: straight from the socket, and through `node:http`. */
export function mainPort(
  settings: Settings,
  trust: Trust,
  answers: Answers,
  intake: Intake,
  ports: FrontPorts,
): Front {
  return new Front(settings, trust, answers, intake, ports, (doorPorts) => {
    return new CanonicalDoor(settings, doorPorts);
  });
}
