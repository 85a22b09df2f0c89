// SPDX-License-Identifier: AGPL-3.0-or-later
// A Docker Engine made of objects: images, containers with their life, networks, logs. It answers in the shapes of API 1.41 and with
// the engine's own errors, as far as updates and the commands version, images, pull, ps, inspect, run -d, logs, stop and rm ask.
import { createHash, randomBytes } from 'node:crypto';
import * as behaviors from './behaviors.mjs';

const hex = (text) => createHash('sha256').update(text).digest('hex');
const now = () => new Date().toISOString();
const missing = (what) => Object.assign(new Error(what), { status: 404 });
const conflict = (what) => Object.assign(new Error(what), { status: 409 });

export class FakeEngine {
  #known = new Map(); // digest -> image: what the registry has
  #local = new Map(); // id -> image: what has been fetched
  #containers = new Map();
  #networks = new Map();
  #named = {};

  constructor() {
    for (const [name, { version, behavior }] of Object.entries(behaviors.images)) {
      const reference = `registry.example/${behaviors.repository}@sha256:${hex(`${name} manifest`)}`;
      const image = { Id: `sha256:${hex(name)}`, RepoTags: [], RepoDigests: [reference], Created: now(), Size: 1 << 20, Architecture: 'amd64',
        Os: 'linux', RootFS: { Type: 'layers', Layers: [] }, behavior,
        Config: { Entrypoint: ['/rapt'], Cmd: ['serve'], Env: ['PATH=/bin', `RELEASE=${version}`], WorkingDir: '/', User: '',
          Labels: { 'org.opencontainers.image.version': version }, Volumes: { '/var/data': {} }, ExposedPorts: { '3000/tcp': {} },
          Healthcheck: { Test: ['CMD', '/healthy'], Interval: 300e6, Retries: 2 } } };
      this.#named[name] = reference;
      this.#known.set(reference, image);
    }
    this.#fetch(this.#named.one);
    for (const name of ['bridge', 'host', 'none']) this.#network(name);
  }

  images() { return this.#named; }
  async stop() { for (const each of this.#containers.values()) clearTimeout(each.timer); }

  async handle(method, url, body, headers, response) {
    response.setHeader('Api-Version', '1.41');
    try {
      const value = body.length ? JSON.parse(body) : {};
      for (const [verb, pattern, act] of this.#routes) {
        const match = verb === method && pattern.exec(decodeURIComponent(url.pathname));
        if (match) return await act(match.slice(1), url.searchParams, value, response);
      }
      throw missing('page not found');
    } catch (error) {
      return this.#send(response, error.status ?? 500, { message: error.message });
    }
  }

  #send(response, status, value) {
    const text = value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
    response.writeHead(status, status === 204 || status === 304 ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
    response.end(status === 204 || status === 304 ? undefined : text);
  }

  #routes = [
    ['GET', /^\/_ping$/, (_, __, ___, r) => this.#send(r, 200, 'OK')],
    ['HEAD', /^\/_ping$/, (_, __, ___, r) => this.#send(r, 200, '')],
    ['GET', /^\/version$/, (_, __, ___, r) => this.#send(r, 200, { Version: '20.10.24', ApiVersion: '1.41', MinAPIVersion: '1.12', Os: 'linux', Arch: 'amd64',
      GoVersion: 'go1.19', GitCommit: 'fake', KernelVersion: '6', Components: [] })],
    ['POST', /^\/images\/create$/, (_, query, __, r) => this.#pull(query, r)],
    ['GET', /^\/images\/json$/, (_, __, ___, r) => this.#send(r, 200, [...this.#local.values()].map((i) => ({ Id: i.Id, ParentId: '', RepoTags: i.RepoTags,
      RepoDigests: i.RepoDigests, Created: 0, Size: i.Size, SharedSize: -1, VirtualSize: i.Size, Labels: i.Config.Labels, Containers: -1 })))],
    ['GET', /^\/images\/(.+)\/json$/, ([name], _, __, r) => this.#send(r, 200, this.#image(name))],
    ['GET', /^\/containers\/json$/, (_, query, __, r) => this.#send(r, 200, this.#list(query))],
    ['POST', /^\/containers\/create$/, (_, query, value, r) => this.#send(r, 201, this.#create(query.get('name') || `c${randomBytes(4).toString('hex')}`, value))],
    ['GET', /^\/containers\/([^/]+)\/json$/, ([id], _, __, r) => this.#send(r, 200, this.#show(this.#find(id)))],
    ['POST', /^\/containers\/([^/]+)\/start$/, ([id], _, __, r) => this.#send(r, this.#start(this.#find(id)))],
    ['POST', /^\/containers\/([^/]+)\/(?:stop|kill)$/, ([id], _, __, r) => this.#send(r, this.#end(this.#find(id), 0))],
    ['POST', /^\/containers\/([^/]+)\/wait$/, ([id], _, __, r) => this.#wait(this.#find(id), r)],
    ['POST', /^\/containers\/([^/]+)\/rename$/, ([id], query, _, r) => this.#send(r, this.#rename(this.#find(id), query.get('name')))],
    ['POST', /^\/containers\/([^/]+)\/update$/, ([id], _, value, r) => { Object.assign(this.#find(id).HostConfig, value); this.#send(r, 200, { Warnings: [] }); }],
    ['DELETE', /^\/containers\/([^/]+)$/, ([id], query, _, r) => this.#send(r, this.#remove(this.#find(id), query))],
    ['GET', /^\/containers\/([^/]+)\/logs$/, ([id], _, __, r) => this.#logs(this.#find(id), r)],
    ['GET', /^\/networks$/, (_, __, ___, r) => this.#send(r, 200, [...this.#networks.values()])],
    ['POST', /^\/networks\/create$/, (_, __, value, r) => this.#send(r, 201, { Id: this.#network(value.Name).Id, Warning: '' })],
    ['POST', /^\/networks\/([^/]+)\/connect$/, ([name], _, value, r) => { this.#connect(this.#find(value.Container), name, value.EndpointConfig ?? {}); this.#send(r, 200); }],
  ];

  #network(name) {
    const network = { Name: name, Id: hex(`network ${name}`), Driver: 'bridge', Scope: 'local', Containers: {} };
    this.#networks.set(name, network);
    return network;
  }

  #fetch(reference) {
    const image = this.#known.get(reference);
    this.#local.set(image.Id, image);
  }

  #pull(query, response) {
    const reference = `${query.get('fromImage')}@${query.get('tag')}`;
    if (!this.#known.has(reference)) throw missing(`manifest for ${reference} not found: manifest unknown: manifest unknown`);
    this.#fetch(reference);
    response.writeHead(200, { 'Content-Type': 'application/json' });
    for (const current of [1, 2]) response.write(`${JSON.stringify({ status: 'Downloading', id: 'layer', progressDetail: { current: current << 20, total: 2 << 20 } })}\r\n`);
    response.end(`${JSON.stringify({ status: `Digest: ${query.get('tag')}` })}\r\n`);
  }

  #image(name) {
    for (const image of this.#local.values()) if (image.Id === name || image.Id === `sha256:${name}` || image.RepoDigests.includes(name)) return image;
    throw missing(`No such image: ${name}`);
  }

  #find(id) {
    for (const each of this.#containers.values()) if (each.Id === id || each.Name === `/${id}` || (id.length >= 12 && each.Id.startsWith(id))) return each;
    throw missing(`No such container: ${id}`);
  }

  #check_name(name) {
    for (const each of this.#containers.values()) {
      if (each.Name === `/${name}`) throw conflict(`Conflict. The container name "/${name}" is already in use by container "${each.Id}". You have to remove (or rename) that container to be able to reuse that name.`);
    }
  }

  #create(name, { HostConfig = {}, NetworkingConfig, ...own }) {
    this.#check_name(name);
    const image = this.#image(own.Image);
    const Id = randomBytes(32).toString('hex');
    const base = image.Config;
    const overridden = own.Entrypoint?.length;
    const names = new Set((own.Env ?? []).map((e) => e.split('=')[0]));
    const Config = { ...base, Hostname: Id.slice(0, 12), ...own, Env: [...(own.Env ?? []), ...base.Env.filter((e) => !names.has(e.split('=')[0]))],
      Entrypoint: overridden ? own.Entrypoint : base.Entrypoint, Cmd: own.Cmd?.length ? own.Cmd : overridden ? [] : base.Cmd,
      Labels: { ...base.Labels, ...own.Labels }, Volumes: { ...base.Volumes, ...own.Volumes }, ExposedPorts: { ...base.ExposedPorts, ...own.ExposedPorts },
      Healthcheck: own.Healthcheck ?? base.Healthcheck };
    const host = { NetworkMode: 'default', RestartPolicy: { Name: 'no', MaximumRetryCount: 0 }, AutoRemove: false, PortBindings: {}, Binds: null, ...HostConfig };
    const bound = (host.Binds ?? []).map((bind) => bind.split(':'));
    const Mounts = [...bound.map(([Name, Destination]) => ({ Type: 'volume', Name, Destination, RW: true })),
      ...Object.keys(Config.Volumes).filter((path) => !bound.some(([, to]) => to === path)).map((Destination) => ({ Type: 'volume', Name: hex(Id + Destination), Destination, RW: true }))];
    const container = { Id, Name: `/${name}`, Created: now(), Image: image.Id, Config, HostConfig: host, Mounts, RestartCount: 0, NetworkSettings: { Networks: {}, Ports: {} },
      State: { Status: 'created', Running: false, Restarting: false, ExitCode: 0, Error: '' }, log: '', behavior: image.behavior };
    this.#containers.set(Id, container);
    const mode = host.NetworkMode === 'default' ? 'bridge' : host.NetworkMode;
    this.#connect(container, mode, NetworkingConfig?.EndpointsConfig?.[mode] ?? {});
    return { Id, Warnings: [] };
  }

  #connect(container, name, endpoint) {
    const network = this.#networks.get(name);
    if (!network) throw missing(`network ${name} not found`);
    const short = ['bridge', 'host', 'none'].includes(name) ? [] : [container.Id.slice(0, 12)];
    container.NetworkSettings.Networks[name] = { IPAMConfig: null, Links: null, ...endpoint, Aliases: [...(endpoint.Aliases ?? []), ...short], NetworkID: network.Id };
  }

  #check_ports(container) {
    for (const bindings of Object.values(container.HostConfig.PortBindings ?? {})) {
      for (const { HostPort } of bindings) {
        for (const other of this.#containers.values()) {
          const taken = other.State.Running && Object.values(other.HostConfig.PortBindings ?? {}).flat().some((b) => b.HostPort === HostPort);
          if (taken) throw new Error(`driver failed programming external connectivity on endpoint ${container.Name.slice(1)}: Bind for 0.0.0.0:${HostPort} failed: port is already allocated`);
        }
      }
    }
  }

  #start(container) {
    if (container.State.Running) return 304;
    this.#check_ports(container);
    container.State = { Status: 'running', Running: true, Restarting: false, ExitCode: 0, Error: '', StartedAt: now() };
    const word = container.Config.Cmd[0];
    const checked = container.Config.Healthcheck?.Test?.[0] !== 'NONE';
    if (checked) container.State.Health = { Status: 'starting', FailingStreak: 0, Log: [] };
    const after = (delay, act) => { container.timer = setTimeout(act, delay); };
    const say = (text) => { container.log += `${text}\n`; };
    if (word === 'migrate') {
      const bad = container.behavior === 'unmigrated';
      after(100, () => { say(bad ? behaviors.words.unmigrated : 'migrated'); this.#end(container, bad ? 1 : 0); });
    } else if (container.behavior === 'ends') {
      after(50, () => { say(behaviors.words.ends); this.#end(container, 3); });
    } else if (checked && container.behavior === 'sick') {
      after(600, () => { container.State.Health = { Status: 'unhealthy', FailingStreak: 2, Log: [{ ExitCode: 1, Output: behaviors.words.sick }] }; });
    } else {
      after(300, () => {
        if (checked) container.State.Health = { Status: 'healthy', FailingStreak: 0, Log: [{ ExitCode: 0, Output: 'ready' }] };
        if (container.behavior === 'later') after(2000, () => { say(behaviors.words.later); this.#end(container, 4); });
      });
    }
    return 204;
  }

  #end(container, status) {
    if (!container.State.Running) return 304;
    clearTimeout(container.timer);
    container.State = { ...container.State, Status: 'exited', Running: false, ExitCode: status, FinishedAt: now() };
    const again = status !== 0 && ['always', 'on-failure', 'unless-stopped'].includes(container.HostConfig.RestartPolicy?.Name);
    if (again) {
      container.RestartCount += 1;
      container.State = { ...container.State, Status: 'restarting', Running: true, Restarting: true };
    }
    return 204;
  }

  #wait(container, response) {
    if (container.State.Running || container.State.Status === 'created') return setTimeout(() => this.#wait(container, response), 50);
    return this.#send(response, 200, { StatusCode: container.State.ExitCode });
  }

  #rename(container, name) {
    this.#check_name(name);
    container.Name = `/${name}`;
    return 204;
  }

  #remove(container, query) {
    if (container.State.Running && !['1', 'true'].includes(query.get('force'))) throw conflict(`You cannot remove a running container ${container.Id}. Stop the container before attempting removal or force remove`);
    clearTimeout(container.timer);
    this.#containers.delete(container.Id);
    return 204;
  }

  #show({ log, timer, behavior, ...container }) { return container; }

  #list(query) {
    const { label = [] } = JSON.parse(query.get('filters') ?? '{}');
    const wanted = (Array.isArray(label) ? label : Object.keys(label)).map((each) => each.split('='));
    const fits = (c) => wanted.every(([key, ...value]) => key in c.Config.Labels && (!value.length || c.Config.Labels[key] === value.join('=')));
    const all = ['1', 'true'].includes(query.get('all'));
    return [...this.#containers.values()].filter((c) => fits(c) && (all || c.State.Running)).map((c) => ({ Id: c.Id, Names: [c.Name], Image: c.Config.Image,
      ImageID: c.Image, Command: c.Config.Cmd.join(' '), Created: Math.floor(Date.parse(c.Created) / 1000), State: c.State.Status, Status: c.State.Status, Ports: [],
      Labels: c.Config.Labels, HostConfig: { NetworkMode: c.HostConfig.NetworkMode }, NetworkSettings: { Networks: {} }, Mounts: [] }));
  }

  #logs(container, response) {
    const text = Buffer.from(container.log);
    const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
    head.writeUInt32BE(text.length, 4);
    response.writeHead(200, { 'Content-Type': 'application/vnd.docker.raw-stream' });
    response.end(text.length ? Buffer.concat([head, text]) : undefined);
  }
}
