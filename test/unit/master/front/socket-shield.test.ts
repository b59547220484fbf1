import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Connection } from '../../../../src/master/front/connection.js';
import { SocketShield } from '../../../../src/master/front/socket-shield.js';

const reset = new Error('read ECONNRESET');

function errorOf(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.once('error', resolve));
}

describe('a shielded socket', () => {
  it('lives on where it was destroyed without need, and can be destroyed after that', () => {
    const socket = new Socket();
    const shield = new SocketShield(socket);
    expect(socket.destroy()).toBe(socket);
    shield.lift();
    expect(socket.destroyed).toBe(false);
    socket.destroy();
    expect(socket.destroyed).toBe(true);
  });

  it('is destroyed by its own error when the shield is lifted', async () => {
    const socket = new Socket();
    const error = errorOf(socket);
    const shield = new SocketShield(socket);
    socket.destroy(reset);
    socket.destroy();
    expect(socket.destroyed).toBe(false);
    shield.lift();
    expect(socket.destroyed).toBe(true);
    expect(await error).toBe(reset);
  });

  it('is destroyed then where both sides have ended, which Node tries only once', () => {
    const socket = new Socket();
    Object.defineProperties(socket, {
      readableEnded: { value: true },
      writableFinished: { value: true },
    });
    const shield = new SocketShield(socket);
    socket.destroy();
    shield.lift();
    expect(socket.destroyed).toBe(true);
  });

  it('is destroyed by who was told to do it later on', () => {
    const socket = new Socket();
    const shield = new SocketShield(socket);
    const { destroy } = socket;
    shield.lift();
    shield.lift();
    destroy.call(socket);
    expect(socket.destroyed).toBe(true);
  });
});

describe('a connection that is shielded for a turn', () => {
  it('is cut all the same', () => {
    const connection = new Connection(new Socket());
    connection.shieldForNow();
    connection.cut();
    expect(connection.socket.destroyed).toBe(true);
  });

  it('makes up for an error in that turn, also when it was shielded twice', async () => {
    const connection = new Connection(new Socket());
    const error = errorOf(connection.socket);
    connection.shieldForNow();
    connection.shieldForNow();
    connection.socket.destroy(reset);
    expect(connection.socket.destroyed).toBe(false);
    expect(await error).toBe(reset);
    expect(connection.socket.destroyed).toBe(true);
  });
});
