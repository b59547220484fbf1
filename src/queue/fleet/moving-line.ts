/** Of a new point once there are enough: the last 16 or so count. */
export const WEIGHT: number = 1 / 16;

/**
 * What y is by x of late: an exponentially weighted least squares line. With the weight α of a new
 * point (1/n at first, then 1/16), and its deviations dx = x − meanX and dy = y − meanY:
 *
 *     meanX += α·dx                  meanY += α·dy
 *     varX = (1 − α)·(varX + α·dx²)
 *     varY = (1 − α)·(varY + α·dy²)
 *     cov  = (1 − α)·(cov  + α·dx·dy)
 *
 * How much of cov / varX to believe is for those to say who know what x and y are.
 */
export class MovingLine {
  points = 0;
  meanX = 0;
  meanY = 0;
  varX = 0;
  varY = 0;
  covariance = 0;

  observe(x: number, y: number): void {
    this.points += 1;
    const weight = Math.max(WEIGHT, 1 / this.points);
    const dx = x - this.meanX;
    const dy = y - this.meanY;
    this.meanX += weight * dx;
    this.meanY += weight * dy;
    this.varX = (1 - weight) * (this.varX + weight * dx * dx);
    this.varY = (1 - weight) * (this.varY + weight * dy * dy);
    this.covariance = (1 - weight) * (this.covariance + weight * dx * dy);
  }

  /** How much of the variance of y a line of this slope leaves unexplained. */
  residual(slope: number): number {
    return this.varY - 2 * slope * this.covariance + slope * slope * this.varX;
  }
}
