import type { Settings } from '../config/settings.js';
import { CanonicalDoor } from './front/canonical/canonical-door.js';
import { Front, type FrontParts, type FrontPorts } from './front/front.js';

/** Where clients are served, by both ways in: straight from the socket, and through `node:http`. */
export function mainPort(settings: Settings, parts: FrontParts, ports: FrontPorts): Front {
  return new Front(settings, parts, ports, (doorPorts) => {
    return new CanonicalDoor(settings, doorPorts);
  });
}
