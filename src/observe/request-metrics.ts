import type { FinishedRequest } from './finished-request.js';
import { BUCKETS, METRICS } from './metric-table.js';
import { Counter, Family, Histogram } from './series.js';

const MS_PER_SECOND = 1000;

/** The series of one model, resolved once. */
type ModelSeries = {
  readonly queueWait: Histogram;
  readonly run: Histogram;
  readonly batchRows: Histogram;
  readonly requestBytes: Counter;
  readonly responseBytes: Counter;
  readonly routes: Map<string, RouteSeries>;
};

/** The series of one route of a model. */
type RouteSeries = {
  readonly duration: Histogram;
  /** Indexed by HTTP status. */
  readonly byStatus: Counter[];
};

/** What every request counts into when it is finished: about 0.1 µs. */
export class RequestMetrics {
  readonly requests: Family<Counter> = new Family(METRICS.requests.labels, newCounter);
  readonly requestDuration: Family<Histogram> = histograms(METRICS.requestDuration);
  readonly queueWait: Family<Histogram> = histograms(METRICS.queueWait);
  readonly run: Family<Histogram> = histograms(METRICS.run);
  readonly batchRows: Family<Histogram> = histograms(METRICS.batchRows);
  readonly requestBytes: Family<Counter> = new Family(METRICS.requestBytes.labels, newCounter);
  readonly responseBytes: Family<Counter> = new Family(METRICS.responseBytes.labels, newCounter);
  readonly clientsLeft: Family<Counter> = new Family(METRICS.clientsLeft.labels, newCounter);
  readonly #clientsLeft: Counter = this.clientsLeft.series({});
  readonly #models = new Map<string, ModelSeries>();

  finished(request: FinishedRequest): void {
    const ofModel = this.#models.get(request.model) ?? this.#addModel(request.model);
    const ofRoute = ofModel.routes.get(request.route) ?? this.#addRoute(ofModel, request);
    const count = ofRoute.byStatus[request.status] ?? this.#addStatus(ofRoute, request);
    count.add(1);
    ofRoute.duration.observe(request.totalMs / MS_PER_SECOND);
    if (request.queueMs !== undefined) ofModel.queueWait.observe(request.queueMs / MS_PER_SECOND);
    if (request.runMs !== undefined) ofModel.run.observe(request.runMs / MS_PER_SECOND);
    if (request.rows > 0) ofModel.batchRows.observe(request.rows);
    ofModel.requestBytes.add(request.bytesIn);
    ofModel.responseBytes.add(request.bytesOut);
    if (request.code === 'CLIENT_CLOSED_REQUEST') this.#clientsLeft.add(1);
  }

  #addModel(model: string): ModelSeries {
    const added = {
      queueWait: this.queueWait.series({ model }),
      run: this.run.series({ model }),
      batchRows: this.batchRows.series({ model }),
      requestBytes: this.requestBytes.series({ model }),
      responseBytes: this.responseBytes.series({ model }),
      routes: new Map<string, RouteSeries>(),
    };
    this.#models.set(model, added);
    return added;
  }

  #addRoute(ofModel: ModelSeries, { model, route }: FinishedRequest): RouteSeries {
    const added = { duration: this.requestDuration.series({ model, route }), byStatus: [] };
    ofModel.routes.set(route, added);
    return added;
  }

  #addStatus(ofRoute: RouteSeries, { model, route, status }: FinishedRequest): Counter {
    const added = this.requests.series({ model, route, status: String(status) });
    ofRoute.byStatus[status] = added;
    return added;
  }
}

function newCounter(): Counter {
  return new Counter();
}

function histograms(row: {
  readonly labels: readonly string[];
  readonly buckets: keyof typeof BUCKETS;
}): Family<Histogram> {
  return new Family(row.labels, () => new Histogram(BUCKETS[row.buckets]));
}
