package stytchtest

import (
	"github.com/stytchgen/sdk/stytch"
)

func (r *run) whoami(stytch.DebugWhoamiRequest) (stytch.DebugWhoamiResponse, *apiError) {
	return stytch.DebugWhoamiResponse{ProjectID: r.project.ID, Name: emulatorName}, nil
}

// projectMetrics counts what a project has. A project of the emulator serves both APIs.
func (r *run) projectMetrics(stytch.ProjectMetricsRequest) (stytch.ProjectMetricsResponse, *apiError) {
	st := &r.project.state
	members := 0
	for m := range st.Members.all() {
		if !m.deleted() {
			members++
		}
	}
	return stytch.ProjectMetricsResponse{ProjectID: r.project.ID, Metrics: []stytch.ProjectMetric{
		{MetricType: stytch.ProjectMetricTypeUserCount, Count: st.Users.size},
		{MetricType: stytch.ProjectMetricTypeOrganizationCount, Count: st.Organizations.size},
		{MetricType: stytch.ProjectMetricTypeMemberCount, Count: members},
		{MetricType: stytch.ProjectMetricTypeM2MClientCount, Count: st.M2MClients.size},
	}}, nil
}
