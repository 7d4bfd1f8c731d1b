import type { Sound } from './model/sounds.ts'

/** Hertz, one after the other, a tenth of a second each. */
const tones: Record<Sound, readonly number[]> = {
  taken: [880, 1320],
  refused: [220, 220, 165],
  attention: [660, 660],
}
const toneSeconds = 0.1
const loudness = 0.15

let context: AudioContext | null = null

/** Silent until somebody has pressed something here: browsers play nothing before. */
export function playSound(sound: Sound): void {
  if (!navigator.userActivation?.hasBeenActive) return
  context ??= new AudioContext()
  const volume = new GainNode(context, { gain: loudness })
  volume.connect(context.destination)
  for (const [at, frequency] of tones[sound].entries()) {
    const tone = new OscillatorNode(context, { frequency, type: 'triangle' })
    tone.connect(volume)
    tone.start(context.currentTime + at * toneSeconds)
    tone.stop(context.currentTime + (at + 0.9) * toneSeconds)
  }
}
