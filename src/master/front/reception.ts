import { RequestError } from '../../errors.js';
import { ClientRequest } from '../client-request.js';
import type { Trust } from '../trust/trust.js';
import type { Answers } from './answers.js';
import type { Connection } from './connection.js';
import type { Intake } from './intake.js';
import type { Outlet } from './outlet.js';
import type { RequestHead } from './request-head.js';
import { requestIdMaker } from './request-id.js';

export type ReceptionPorts = {
  /** Answers what the master knows by itself; false: the request is for a worker. */
  answerLocally(request: ClientRequest): boolean;
  /** Who reads the body of a request for the operator's verbs; undefined: the request is like any other. */
  controlIntake(request: ClientRequest): Intake | undefined;
  now(): number;
  /** Ids for requests that bring none. */
  readonly makeRequestId?: () => string;
};

/**
 * What happens to a request once its head is read, whichever way it came: it is refused, answered
 * here, or its body is read and it is submitted.
 */
export class Reception {
  readonly #trust: Trust;
  readonly #answers: Answers;
  readonly #intake: Intake;
  readonly #ports: ReceptionPorts;
  readonly #makeRequestId: () => string;

  constructor(trust: Trust, answers: Answers, intake: Intake, ports: ReceptionPorts) {
    this.#trust = trust;
    this.#answers = answers;
    this.#intake = intake;
    this.#ports = ports;
    this.#makeRequestId = ports.makeRequestId ?? requestIdMaker();
  }

  /** Opens the record of a request, which is in progress from now on. */
  open(connection: Connection, outlet: Outlet, method: string, isHttp11: boolean): ClientRequest {
    const request = new ClientRequest(connection, outlet, method, isHttp11, this.#ports.now());
    connection.add(request);
    connection.latest = outlet;
    return request;
  }

  /** The record of what could not be read as a request: it too has an id and is counted. */
  unreadable(connection: Connection, outlet: Outlet): ClientRequest {
    const request = new ClientRequest(connection, outlet, '-', false, this.#ports.now());
    request.requestId = this.#makeRequestId();
    return request;
  }

  /** Its head is wrong, and so it is refused. */
  refuseHead(request: ClientRequest, error: RequestError): void {
    request.requestId = this.#makeRequestId();
    request.restBytes = Number.POSITIVE_INFINITY;
    this.#intake.refuse(request, error);
  }

  /** An expectation that nobody fulfils. */
  refuseExpectation(request: ClientRequest, head: RequestHead, expected: string): void {
    if (!this.#letIn(request, head, false, head.declaredBytes)) return;
    const text = `expected "Expect: 100-continue" or none, got "${expected.slice(0, 64)}"`;
    this.#intake.refuse(request, new RequestError('BAD_REQUEST', text));
  }

  /**
   * @param declaredBytes of its body, where the head is one that was read before and differs in that
   * @returns who takes in its body; undefined when it has none, or none that is wanted
   */
  serve(
    request: ClientRequest,
    head: RequestHead,
    expectsContinue: boolean,
    declaredBytes: number | undefined = head.declaredBytes,
  ): Intake | undefined {
    if (!this.#letIn(request, head, expectsContinue, declaredBytes)) return undefined;
    if (this.#answersPreflight(request) || this.#ports.answerLocally(request)) return undefined;
    const intake = this.#ports.controlIntake(request) ?? this.#intake;
    return intake.begin(request, expectsContinue) ? intake : undefined;
  }

  /** False when it may not come in, and has been told so. */
  #letIn(
    request: ClientRequest,
    head: RequestHead,
    expectsContinue: boolean,
    declaredBytes: number | undefined,
  ): boolean {
    request.requestId = head.requestId ?? this.#makeRequestId();
    request.headIs(head, declaredBytes);
    try {
      this.#trust.gate.pass(request, head.claims);
      return true;
    } catch (error) {
      this.#intake.turnAway(request, expectsContinue, error as RequestError);
      return false;
    }
  }

  #answersPreflight(request: ClientRequest): boolean {
    const headers = this.#trust.gate.preflight(request);
    if (headers === undefined) return false;
    this.#answers.whole(request, 204, [...headers], NO_BODY);
    return true;
  }
}

const NO_BODY = Buffer.alloc(0);
