// SPDX-License-Identifier: AGPL-3.0-or-later
// A network between browser and server that can be lost: a proxy whose connections are cut on command.
import { once } from "node:events";
import { createServer, request } from "node:http";
import { connect } from "node:net";

export class LossyWay {
  #down = false;
  #sockets = new Set();
  #server = createServer((asked, response) => this.#pass(asked, response));

  async start() {
    this.#server.on("connection", (socket) => {
      if (this.#down) return socket.destroy();
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("connect", tunnel);
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** Cuts what is connected, and lets nothing through from now on. */
  lose() {
    this.#down = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  find() {
    this.#down = false;
  }

  stop() {
    this.lose();
    this.#server.close();
  }

  #pass(asked, response) {
    const onward = request(asked.url, { method: asked.method, headers: asked.headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    const cut = () => onward.destroy();
    response.on("close", cut);
    onward.on("error", () => response.destroy());
    asked.pipe(onward);
  }
}

/** What the test itself asks, beside the page, comes this way. */
function tunnel(asked, socket) {
  const { hostname, port } = new URL(`http://${asked.url}`);
  const onward = connect(Number(port), hostname, () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    socket.pipe(onward).pipe(socket);
  });
  onward.on("error", () => socket.destroy());
  socket.on("error", () => onward.destroy());
  socket.on("close", () => onward.destroy());
}
