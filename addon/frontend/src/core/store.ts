import type { ReactiveController, ReactiveControllerHost } from "lit";

type Listener = () => void;

/** A value that can be watched. */
export class Store<T> {
  private listeners = new Set<Listener>();

  constructor(private current: T) {}

  get value(): T {
    return this.current;
  }

  set(value: T): void {
    if (Object.is(value, this.current)) return;
    this.current = value;
    for (const listener of [...this.listeners]) listener();
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

interface Subscribable {
  subscribe(listener: Listener): () => void;
}

/** Renders its host anew whenever one of the stores changes. */
export class Watch implements ReactiveController {
  private stops: (() => void)[] = [];
  private readonly stores: Subscribable[];

  constructor(
    private readonly host: ReactiveControllerHost,
    ...stores: Subscribable[]
  ) {
    this.stores = stores;
    host.addController(this);
  }

  hostConnected(): void {
    this.stops = this.stores.map((store) => store.subscribe(() => this.host.requestUpdate()));
    this.host.requestUpdate();
  }

  hostDisconnected(): void {
    for (const stop of this.stops) stop();
    this.stops = [];
  }
}
