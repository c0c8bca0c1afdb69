import type { Templates } from './template.ts';
import {
  campaign,
  coded,
  contract,
  demand,
  due,
  expert,
  milestone,
  organization,
  pair,
  project,
  reason,
  result,
  until,
  webhook,
} from './zh-phrases.ts';

export const zh: Templates = {
  'organization.registered': (p) => ({
    title: '新机构待审核',
    body: `${p.organizationName ?? '一家机构'}已注册，请审核。`,
  }),
  'organization.verified': () => ({ title: '机构已通过审核', body: '贵机构已通过审核，可以提交需求或成果。' }),
  'organization.suspended': () => ({
    title: '机构已暂停',
    body: '贵机构已被暂停：可以查看，不能操作。请联系所属市场。',
  }),
  'organization.reinstated': () => ({ title: '机构已恢复', body: '贵机构已恢复，可以照常操作。' }),
  'restriction.imposed': (p) => ({
    title: '机构被列入科研诚信限制',
    body: `${organization(p)}被列入科研诚信限制${until(p)}：可以查看和起草，不能提交、对接、立项或签约。依据见限制详情，可以申诉一次。`,
  }),
  'restriction.appealed': (p) => ({
    title: '科研诚信限制收到申诉',
    body: `${organization(p)}对科研诚信限制提出申诉，请由原决定人以外的人员裁决；限制继续有效。`,
  }),
  'restriction.upheld': (p) => ({
    title: '申诉结果：维持限制',
    body: `${organization(p)}的申诉已裁决：维持科研诚信限制${until(p)}。理由见限制详情。`,
  }),
  'restriction.overturned': (p) => ({
    title: '申诉结果：撤销限制',
    body: `${organization(p)}的申诉已裁决：撤销科研诚信限制，可以照常操作。`,
  }),
  'restriction.lifted': (p) => ({
    title: '科研诚信限制已解除',
    body: `${organization(p)}的科研诚信限制已提前解除，可以照常操作。`,
  }),
  'restriction.expired': (p) => ({
    title: '科研诚信限制已到期',
    body: `${organization(p)}的科研诚信限制已到期，可以照常操作。`,
  }),
  'demand.submitted': (p) => ({ title: '需求待审核', body: `${demand(p)}已提交，请审核。` }),
  'demand.returned': (p) => ({ title: '需求被退回', body: `${demand(p)}被退回修改。${reason(p)}` }),
  'demand.rejected': (p) => ({ title: '需求未通过', body: `${demand(p)}未通过审核。${reason(p)}` }),
  'diagnosis.opened': (p) => ({ title: '需求进入技术诊断', body: `${demand(p)}已进入技术诊断，改写稿将请企业确认。` }),
  'diagnosis.expert_assigned': (p) => ({
    title: '诊断专家已指派',
    body: `${demand(p)}的技术诊断由${p.expertName ?? '专家'}承担。`,
  }),
  'diagnosis.version_proposed': (p) => ({
    title: '需求改写稿待确认',
    body: `${demand(p)}有新的改写稿，请企业确认或退回。`,
  }),
  'diagnosis.version_signed': (p) => ({ title: '需求改写稿已确认', body: `企业已确认${demand(p)}的改写稿。` }),
  'diagnosis.version_refused': (p) => ({ title: '需求改写稿被退回', body: `企业退回了${demand(p)}的改写稿，请修改。` }),
  'diagnosis.closed': (p) => ({ title: '技术诊断已结束', body: `${demand(p)}的技术诊断已结束，结论见诊断记录。` }),
  'demand.published': (p) => ({ title: '需求已发布', body: `${demand(p)}已发布，正在寻找匹配成果。` }),
  'demand.expiring': (p) => ({
    title: '需求即将到期',
    body: `${demand(p)}将于 ${p.validUntil ?? '近期'} 到期，仍然有效吗？请续期。`,
  }),
  'demand.expired': (p) => ({ title: '需求已到期', body: `${demand(p)}已到期下架，可修改后重新提交。` }),
  'demand.merged': (p) => ({
    title: '需求已合并',
    body: `${demand(p)}与另一条需求重复，已由所属市场并入该条并关闭；如属误判请联系市场。${reason(p)}`,
  }),
  'demand.absorbed': (p) => ({ title: '有重复需求并入', body: `一条重复的需求已并入${demand(p)}，后续以本条为准。` }),
  'demand.unmerged': (p) => ({ title: '需求合并已撤销', body: `${demand(p)}的合并已撤销，重新进入审核。` }),
  'result.submitted': (p) => ({ title: '成果待审核', body: `${result(p)}已提交，请审核。` }),
  'result.returned': (p) => ({ title: '成果被退回', body: `${result(p)}被退回修改。${reason(p)}` }),
  'result.rejected': (p) => ({ title: '成果未通过', body: `${result(p)}未通过审核。${reason(p)}` }),
  'result.published': (p) => ({ title: '成果已发布', body: `${result(p)}已发布，正在寻找匹配需求。` }),
  'result.expiring': (p) => ({
    title: '成果即将到期',
    body: `${result(p)}将于 ${p.validUntil ?? '近期'} 到期，仍然有效吗？请续期。`,
  }),
  'result.expired': (p) => ({ title: '成果已到期', body: `${result(p)}已到期下架，可修改后重新提交。` }),
  'result.merged': (p) => ({
    title: '成果已合并',
    body: `${result(p)}与另一条成果重复，已由所属市场并入该条并关闭；如属误判请联系市场。${reason(p)}`,
  }),
  'result.absorbed': (p) => ({ title: '有重复成果并入', body: `一条重复的成果已并入${result(p)}，后续以本条为准。` }),
  'result.unmerged': (p) => ({ title: '成果合并已撤销', body: `${result(p)}的合并已撤销，重新进入审核。` }),
  'match.suggested': (p) => ({
    title: '新的匹配建议',
    body: `${pair(p)}相匹配${p.score === undefined ? '' : `，得分 ${p.score}`}。`,
  }),
  'introduction.requested': (p) => ({ title: '对接申请', body: `有一方希望就${pair(p)}进行对接，请处理。` }),
  'introduction.opened': (p) => ({ title: '对接邀请', body: `经纪人邀请双方就${pair(p)}进行对接。${due(p)}` }),
  'introduction.answered': (p) => ({ title: '对方已答复', body: `${pair(p)}的对接，有一方已答复。` }),
  'introduction.accepted': (p) => ({ title: '对接成功', body: `双方都接受了${pair(p)}的对接，联系方式已互相公开。` }),
  'introduction.declined': (p) => ({ title: '对接未成', body: `${pair(p)}的对接被谢绝。` }),
  'introduction.reminded': (p) => ({ title: '对接待答复', body: `${pair(p)}的对接还在等您答复。${due(p)}` }),
  'introduction.escalated': (p) => ({ title: '对接逾期提醒', body: `${pair(p)}的对接临近期限仍未答复，请督促。` }),
  'introduction.lapsed': (p) => ({ title: '对接已失效', body: `${pair(p)}的对接超过期限未答复，已失效。` }),
  'introduction.reopened': (p) => ({
    title: '对接重新打开',
    body: `经纪人重新打开了${pair(p)}的对接，请双方重新答复。${due(p)}`,
  }),
  'message.posted': (p) => ({ title: '对接中有新消息', body: `${pair(p)}的对接中有新消息，请查看。` }),
  'agreement.accepted': (p) => ({
    title: '一方已接受保密协议',
    body: `${pair(p)}的对接，一方已接受保密协议；另一方也接受后，双方的附件互相开放。`,
  }),
  'agreement.concluded': (p) => ({
    title: '保密协议已生效',
    body: `${pair(p)}的对接，双方均已接受保密协议，附件已互相开放。`,
  }),
  'search.matched': (p) => ({
    title: '您保存的搜索有新内容',
    body: `您保存的搜索${p.searchName === undefined ? '' : `“${p.searchName}”`}有${p.count === undefined ? '' : ` ${p.count} 条`}新发布的${p.searchKind === 'result' ? '成果' : '需求'}。`,
  }),
  'project.created': (p) => ({ title: '项目已立项', body: `${project(p)}已立项，正在组建。` }),
  'project.activated': (p) => ({ title: '项目已启动', body: `${project(p)}已启动。` }),
  'project.completed': (p) => ({ title: '项目已完成', body: `${project(p)}已完成。` }),
  'project.terminated': (p) => ({ title: '项目已终止', body: `${project(p)}已终止。` }),
  'project.suspended': (p) => ({ title: '项目已暂停', body: `${project(p)}已暂停，恢复前里程碑不再推进。` }),
  'project.resumed': (p) => ({ title: '项目已恢复', body: `${project(p)}已恢复执行，请留意各里程碑的到期日。` }),
  'project.change_proposed': (p) => ({
    title: '项目变更待答复',
    body: `${project(p)}有一项变更申请，请各参与方答复。`,
  }),
  'project.change_applied': (p) => ({ title: '项目变更已生效', body: `${project(p)}的变更已获各方同意并生效。` }),
  'project.change_rejected': (p) => ({
    title: '项目变更未通过',
    body: `${project(p)}的变更申请有一方不同意，项目内容不变。`,
  }),
  'milestone.due': (p) => ({
    title: '里程碑即将到期',
    body: `${milestone(p)}${p.dueOn === undefined ? '即将到期' : `将于 ${p.dueOn} 到期`}，请按时提交。`,
  }),
  'milestone.overdue': (p) => ({
    title: '里程碑已逾期',
    body: `${milestone(p)}${p.dueOn === undefined ? '' : `应于 ${p.dueOn} 完成，`}已逾期，尚未提交。`,
  }),
  'milestone.submitted': (p) => ({ title: '里程碑待验收', body: `${milestone(p)}已提交，请验收。` }),
  'milestone.accepted': (p) => ({ title: '里程碑已验收', body: `${milestone(p)}已通过验收。` }),
  'milestone.rework': (p) => ({ title: '里程碑需返工', body: `${milestone(p)}被退回返工，原因见项目。` }),
  'milestone.payment_recorded': (p) => ({ title: '付款待确认', body: `${milestone(p)}登记了一笔付款，请收款方确认。` }),
  'milestone.payment_confirmed': (p) => ({ title: '付款已确认', body: `${milestone(p)}的一笔付款已由收款方确认。` }),
  'milestone.payment_disputed': (p) => ({
    title: '付款有异议',
    body: `${milestone(p)}的一笔付款收款方表示未收到，请核对。`,
  }),
  'expert_assignment.proposed': (p) => ({
    title: '专家派遣待答复',
    body: `${expert(p)}受邀服务${coded(p)}，请答复。`,
  }),
  'expert_assignment.accepted': (p) => ({
    title: '专家已接受派遣',
    body: `${expert(p)}已接受派遣，服务${coded(p)}；联系方式见派遣详情。`,
  }),
  'expert_assignment.declined': (p) => ({
    title: '专家未接受派遣',
    body: `${expert(p)}未接受服务${coded(p)} 的派遣。${reason(p)}`,
  }),
  'expert_assignment.ended': (p) => ({
    title: '专家派遣已结束',
    body: `${expert(p)}服务${coded(p)} 的派遣已结束。${reason(p)}`,
  }),
  'campaign.opened': (p) => ({
    title: '需求征集开始',
    body: `${campaign(p)}已开始征集${p.dueOn === undefined ? '' : `，${p.dueOn} 截止`}。`,
  }),
  'campaign.closing': (p) => ({
    title: '需求征集即将截止',
    body: `${campaign(p)}即将截止${p.dueOn === undefined ? '' : `（${p.dueOn}）`}，请尽快提交尚未报送的需求。`,
  }),
  'campaign.closed': (p) => ({ title: '需求征集已截止', body: `${campaign(p)}已截止，感谢参与。` }),
  'import.finished': (p) => ({
    title: '导入已完成',
    body: `已生成 ${p.created ?? 0} 条记录${(p.faulty ?? '0') === '0' ? '' : `，${p.faulty} 行在生成时发现问题，可下载改正后重新上传`}。`,
  }),
  'import.failed': (p) => ({
    title: '导入未能完成',
    body: `多次重试未成功，导入已停止；已生成的 ${p.created ?? 0} 条记录有效。可再次确认导入，余下各行将继续处理。`,
  }),
  'webhook.disabled': (p) => ({
    title: 'Webhook 已停用',
    body: `${webhook(p)}${p.disabledReason === 'gone' ? '的地址答复“已不存在”（410）' : '连续五天推送失败'}，已自动停用。修复后请重新启用，未送达的消息可在推送记录中重发。`,
  }),
  'contract.submitted': (p) => ({ title: '技术合同待审核', body: `${contract(p)}已提交登记，请批准或退回。` }),
  'contract.returned': (p) => ({ title: '技术合同被退回', body: `${contract(p)}被退回修改。${reason(p)}` }),
  'contract.approved': (p) => ({
    title: '技术合同已获首次批准',
    body: `${contract(p)}已获一人批准，还须另一人批准后登记。`,
  }),
  'contract.registered': (p) => ({
    title: '技术合同已登记',
    body: `${contract(p)}已认定登记${p.registrationNumber === undefined ? '' : `，登记编号 ${p.registrationNumber}`}。`,
  }),
  'contract.revoked': (p) => ({ title: '技术合同登记被撤销', body: `${contract(p)}的登记已撤销。${reason(p)}` }),
};
