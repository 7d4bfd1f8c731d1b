import type { HostMessage } from './host-messages.ts'
import type { Place } from './points.ts'

export type FramePort = {
  /** Compared with `event.source`; nothing else is trusted. */
  readonly window: unknown
  /** False where it may as well be the browser's page of a failed load: then its first answer tells. */
  readonly loaded: boolean
  post(message: HostMessage): void
}

export type Frame = {
  readonly place: Place
  readonly port: FramePort
  lastMessageId: number
  /** The page of the application is there, by the line's word or by its own. */
  alive: boolean
}

export type FrameStore = ReturnType<typeof createFrameStore>

/**
 * The frames of one browser tab: each is loaded when its page is opened for the first time and kept for all later ones.
 *
 * @param loadPort null when the page of the application did not load, which is tried again next time; must not reject
 */
export function createFrameStore(loadPort: (place: Place) => Promise<FramePort | null>) {
  const frames = new Map<Place, Frame>()
  const loading = new Map<Place, Promise<Frame | null>>()

  return {
    at(place: Place): Promise<Frame | null> {
      const known = frames.get(place)
      if (known !== undefined) return Promise.resolve(known)
      const started = loading.get(place)
      if (started !== undefined) return started
      const load = loadPort(place).then((port) => {
        loading.delete(place)
        if (port === null) return null
        const frame = { place, port, lastMessageId: 0, alive: port.loaded }
        frames.set(place, frame)
        return frame
      })
      loading.set(place, load)
      return load
    },
    /** Gives up a frame that turned out not to have loaded. */
    drop: (frame: Frame): void => void frames.delete(frame.place),
    /** Undefined for what no frame of ours has sent. */
    bySource: (source: unknown): Frame | undefined =>
      [...frames.values()].find((frame) => frame.port.window === source),
  }
}

/** Each frame has a count of its own. */
export function nextId(frame: Frame): number {
  frame.lastMessageId += 1
  return frame.lastMessageId
}
