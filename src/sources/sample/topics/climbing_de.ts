import type { Topic } from '../topic.ts';

export const climbingDe: Topic = {
  name: 'climbing',
  language: 'de',
  words: {
    ort: ['in der Halle', 'am Fels', 'am Boulderblock', 'im Klettergarten', 'an der Südwand'],
    koennen: [
      'Fußtechnik',
      'Sturztraining',
      'Routenlesen',
      'Atmung',
      'Körperspannung',
      'Handrisse',
    ],
    grad: ['6-', '6+', '7-', '7', '8-', '8'],
    gestein: ['Kalk', 'Granit', 'Sandstein', 'Gneis'],
    koerper: ['Finger', 'Unterarme', 'Schultern', 'Waden'],
    zahl: ['drei', 'vier', 'fünf', 'sieben', 'neun', 'zwölf'],
  },
  posts: [
    'Heute {ort}: {zahl} Routen im Grad {grad}, und die {koerper} brennen.',
    'Projekt durchgestiegen, nach {zahl} Versuchen. {Grad}, {gestein}, kein einziger guter Tritt.',
    'Trainertipp: Wenn die {koerper} zuerst aufgeben, fehlt meistens {koennen}.',
    'Kletterkurs {ort} mit {zahl} Kindern. Sie stürzen ohne Angst, ich schaue lieber noch einmal auf den Knoten.',
    'Partnercheck vor jeder Seillänge, auch nach {zahl} Jahren, auch {ort}.',
    'Nasser {gestein} am Morgen, Sonne am Mittag, Muskelkater am Abend.',
    '{Zahl} Wochen nur {koennen} geübt. Langweilig, aber der Grad {grad} geht plötzlich leicht.',
    'Wer {ort} laut flucht, sollte {koennen} üben.',
    'Mein altes Seil hat nach {zahl} Jahren Ruhe verdient.',
    'Erste {grad} im Vorstieg. Oben habe ich {zahl} Minuten lang nur gegrinst.',
  ],
  remarks: [
    'Vertraut euren Füßen.',
    'Morgen ist Ruhetag, wirklich.',
    'Das Gipfelbuch war voll, der Blick auch.',
    'Klettern ist Denken mit den Händen.',
    'Der Abstieg war das Schwerste.',
    'Danke an alle, die gut sichern.',
  ],
  replies: [
    'Stark! Welcher {gestein} war das?',
    'Bei mir waren es auch die {koerper}. Mehr {koennen} hilft.',
    'Grad {grad} {ort}, Respekt.',
    'Nächste Woche wieder {ort}? Ich bringe das Seil mit.',
  ],
  essay: [
    'Warum ich allen, die ich trainiere, {zahl} Wochen Pause vom schweren Klettern verordne. Es klingt falsch, und es ist der einzige Rat, der bei fast allen gewirkt hat.',
    'Sehnen lernen langsam. Die {koerper} fühlen sich nach einem Monat {ort} stark an, aber was euch am kleinen {gestein} hält, braucht viel länger und meldet sich erst, wenn es zu spät ist.',
    'In dieser Zeit üben wir {koennen}. Leichte Routen, leise Füße, jeder Tritt wird einmal gesetzt und dann nicht mehr verändert. Nach {zahl} Einheiten hört man in der Gruppe nichts mehr.',
    'Danach zurück ins Projekt, Grad {grad}. Dieselben Griffe, dieselbe Wand, aber an der schweren Stelle ist noch Kraft da, weil die ersten Meter nichts gekostet haben.',
  ],
  photos: [
    'Eine Kletterin hoch im {gestein}, das Seil läuft senkrecht nach unten.',
    'Getapte Finger und ein staubiger Chalkbag {ort}.',
  ],
  tags: ['klettern', 'bouldern', 'bergliebe'],
  emoji: ['🧗', '⛰️', '💪', '🪨'],
};
