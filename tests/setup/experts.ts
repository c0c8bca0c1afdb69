export const expertInput = {
  kind: 'commissioner',
  name: '李敏',
  professionalTitle: '教授',
  headline: '枸杞乳制品活性成分保持与微胶囊化',
  summary: '长期从事枸杞多糖、玉米黄素的提取、膜分离与微胶囊包埋，用于功能乳制品。',
  keywords: ['枸杞', '功能乳', '多糖'],
  technologyFields: ['206'],
  daysPerMonth: 4,
  servedRegions: ['640000'],
  contact: { phone: '13700000009', email: 'limin@university.example' },
};
