// SPDX-License-Identifier: AGPL-3.0-or-later
// The objects of a small cluster, and controllers that bring deployments, jobs and pods along, a step a tick.
const TICK = 20;
const READY_TICKS = 2;
const DEADLINE_TICKS = 40;

const clone = (value) => JSON.parse(JSON.stringify(value));

/** How a pod of an image behaves: ok, pull, crash, crash_later, unready; slow is unready without a deadline. */
export class Cluster {
  constructor(namespace) {
    this.namespace = namespace;
    this.version = 100;
    this.names = 0;
    this.watchers = new Set();
    this.reset();
    setInterval(() => this.tick(), TICK).unref();
  }
  reset() {
    this.objects = new Map();
    this.history = [];
    this.compacted = 0;
    this.behavior = {};
    this.migration = 'ok';
    this.quota = false;
  }

  key(plural, name) { return `${plural}/${name}`; }
  get(plural, name) { return this.objects.get(this.key(plural, name)); }
  list(plural) { return [...this.objects.entries()].filter(([key]) => key.startsWith(`${plural}/`)).map(([, object]) => object); }

  record(type, plural, object) {
    this.version += 1;
    object.metadata.resourceVersion = String(this.version);
    const event = { version: this.version, plural, type, object: clone(object) };
    this.history.push(event);
    for (const watcher of this.watchers) watcher(event);
  }
  add(plural, object) {
    object.metadata.namespace = this.namespace;
    object.metadata.uid = `00000000-0000-4000-8000-${String(++this.names).padStart(12, '0')}`;
    object.metadata.creationTimestamp = new Date().toISOString().replace(/\.\d+/, '');
    if (object.spec) object.metadata.generation = 1;
    this.objects.set(this.key(plural, object.metadata.name), object);
    this.record('ADDED', plural, object);
    return object;
  }
  remove(plural, name) {
    const object = this.get(plural, name);
    if (!object) return undefined;
    this.objects.delete(this.key(plural, name));
    this.record('DELETED', plural, object);
    if (plural === 'jobs') for (const pod of this.podsOf({ 'job-name': name })) this.remove('pods', pod.metadata.name);
    return object;
  }
  /** Replaces spec and metadata as a patch made them; a changed spec is a new generation. */
  replace(plural, object) {
    const before = this.get(plural, object.metadata.name);
    if (JSON.stringify(before.spec) !== JSON.stringify(object.spec)) object.metadata.generation = before.metadata.generation + 1;
    this.objects.set(this.key(plural, object.metadata.name), object);
    this.record('MODIFIED', plural, object);
  }
  /** What came before is not known any more: watches from there are refused. */
  compact() { this.compacted = this.version; this.version += 1; this.history = []; }

  podsOf(labels) {
    return this.list('pods').filter((pod) => Object.entries(labels).every(([key, value]) => pod.metadata.labels?.[key] === value));
  }
  setStatus(plural, object, status) {
    if (JSON.stringify(object.status) === JSON.stringify(status)) return;
    object.status = status;
    this.record('MODIFIED', plural, object);
  }

  tick() {
    for (const deployment of this.list('deployments')) this.tickDeployment(deployment);
    for (const job of this.list('jobs')) this.tickJob(job);
  }

  makePod(prefix, labels, template) {
    const name = `${prefix}-${(++this.names).toString(36)}`;
    const spec = clone(template.spec);
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { ...labels } }, spec, status: { phase: 'Pending' } };
    pod.age = 0;
    Object.defineProperty(pod, 'age', { enumerable: false, writable: true, value: 0 });
    return this.add('pods', pod);
  }
  containerStatus(pod, state, restartCount, ready) {
    const { name, image } = pod.spec.containers[0];
    return { phase: ready || state.running ? 'Running' : 'Pending', containerStatuses: [{ name, image, imageID: image, ready, restartCount, state }],
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] };
  }
  /** One step of a pod's life; says whether it is ready. */
  tickPod(pod) {
    pod.age += 1;
    const image = pod.spec.containers[0].image;
    const how = this.behavior[image] ?? 'ok';
    if (pod.age <= READY_TICKS) return false;
    const waiting = (reason, message) => ({ waiting: { reason, message } });
    const crashed = how === 'crash' || (how === 'crash_later' && pod.age > READY_TICKS + 15);
    let status;
    if (how === 'pull') status = this.containerStatus(pod, waiting('ImagePullBackOff', `Back-off pulling image "${image}"`), 0, false);
    else if (crashed) status = this.containerStatus(pod, waiting('CrashLoopBackOff', 'back-off 10s restarting failed container'), 1 + Math.floor(pod.age / 4), false);
    else status = this.containerStatus(pod, { running: { startedAt: pod.metadata.creationTimestamp } }, 0, how === 'ok' || how === 'crash_later');
    this.setStatus('pods', pod, status);
    return how === 'ok' || (how === 'crash_later' && !crashed);
  }

  tickDeployment(deployment) {
    const { spec, metadata } = deployment;
    const wanted = spec.replicas ?? 1;
    const image = (pod) => pod.spec.containers.map((one) => one.image).join();
    const newest = spec.template.spec.containers.map((one) => one.image).join();
    let pods = this.podsOf(spec.selector.matchLabels);
    const ready = new Set(pods.filter((pod) => this.tickPod(pod)));
    let fresh = pods.filter((pod) => image(pod) === newest);
    let failure;
    if (!spec.paused) {
      const old = pods.filter((pod) => image(pod) !== newest);
      if (fresh.length < wanted && pods.length < wanted + 1) {
        if (this.quota) failure = `pods "${metadata.name}-x" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=${pods.length}, limited: pods=${pods.length}`;
        else this.makePod(metadata.name, spec.template.metadata.labels, spec.template);
      } else if (old.length && ready.size > wanted - (old.some((pod) => !ready.has(pod)) ? 1 : 0)) {
        this.remove('pods', (old.find((pod) => !ready.has(pod)) ?? old[0]).metadata.name);
      } else if (!old.length && fresh.length > wanted) {
        this.remove('pods', (fresh.find((pod) => !ready.has(pod)) ?? fresh[0]).metadata.name);
      } else if (old.some((pod) => !ready.has(pod)) && pods.length > wanted) {
        this.remove('pods', old.find((pod) => !ready.has(pod)).metadata.name);
      }
    }
    pods = this.podsOf(spec.selector.matchLabels);
    fresh = pods.filter((pod) => image(pod) === newest);
    const available = pods.filter((pod) => ready.has(pod)).length;
    const complete = fresh.length === wanted && pods.length === wanted && available === wanted;
    this.progress(deployment, complete, `${newest} ${fresh.filter((pod) => ready.has(pod)).length}`);
    const hurries = this.behavior[spec.template.spec.containers[0].image] !== 'slow';
    const late = hurries && deployment.since > DEADLINE_TICKS && !complete;
    const conditions = [
      { type: 'Available', status: available >= wanted ? 'True' : 'False', reason: 'MinimumReplicas' },
      { type: 'Progressing', status: late ? 'False' : 'True', reason: late ? 'ProgressDeadlineExceeded' : complete ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
        message: late ? `ReplicaSet "${metadata.name}-new" has timed out progressing.` : '' },
      ...(failure ? [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: failure }] : [])];
    this.setStatus('deployments', deployment, { observedGeneration: metadata.generation, replicas: pods.length, updatedReplicas: fresh.length,
      readyReplicas: available, availableReplicas: available, unavailableReplicas: Math.max(0, wanted - available), conditions });
  }
  /** Counts the ticks since something last moved, outside of what is shown. */
  progress(deployment, complete, mark) {
    if (!('since' in deployment)) {
      Object.defineProperty(deployment, 'since', { enumerable: false, writable: true, value: 0 });
      Object.defineProperty(deployment, 'mark', { enumerable: false, writable: true, value: '' });
    }
    deployment.since = complete || deployment.mark !== mark ? 0 : deployment.since + 1;
    deployment.mark = mark;
  }

  tickJob(job) {
    if (job.status?.conditions?.length) return;
    const labels = { 'job-name': job.metadata.name, 'batch.kubernetes.io/job-name': job.metadata.name };
    if (this.migration === 'quota') {
      const name = `${job.metadata.name}.1`;
      if (!this.get('events', name)) {
        this.add('events', { apiVersion: 'v1', kind: 'Event', metadata: { name }, type: 'Warning', reason: 'FailedCreate',
          message: 'Error creating: pods is forbidden: exceeded quota: compute', involvedObject: { kind: 'Job', name: job.metadata.name } });
      }
      return;
    }
    const [pod] = this.podsOf(labels);
    if (!pod) {
      this.makePod(job.metadata.name, { ...job.spec.template.metadata?.labels, ...labels }, job.spec.template);
      return;
    }
    pod.age += 1;
    if (this.migration === 'pull') {
      const waiting = { waiting: { reason: 'ErrImagePull', message: 'not found' } };
      this.setStatus('pods', pod, this.containerStatus(pod, waiting, 0, false));
    } else if (this.migration !== 'slow' && pod.age > READY_TICKS) {
      const failed = this.migration === 'fail';
      const condition = failed ? { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }
        : { type: 'Complete', status: 'True' };
      pod.log = failed ? 'migrating\nERROR: relation "users" is locked\n' : 'migrated\n';
      this.setStatus('pods', pod, { phase: failed ? 'Failed' : 'Succeeded' });
      this.setStatus('jobs', job, { [failed ? 'failed' : 'succeeded']: 1, conditions: [condition] });
    }
  }
}
