package stytchtest_test

import (
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// TestProjectsAreIsolated does everything that a test can do to one project, and looks
// at the other.
func TestProjectsAreIsolated(t *testing.T) {
	srv := stytchtest.NewServer(t)
	other, err := srv.NewProject()
	if err != nil {
		t.Fatal(err)
	}
	request := stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: "+15005550006"}
	must(srv.Client().OTPs.SMS.LoginOrCreate(t.Context(), request))(t)
	must(other.Client().OTPs.SMS.LoginOrCreate(t.Context(), request))(t)

	other.Clock().Stop()
	other.Clock().Advance(time.Hour)
	other.Fail(stytchtest.Fault{ErrorType: "invalid_phone_number"})
	other.RotateKeys(true)
	other.Inbox().Clear()
	if !srv.Clock().Running() || len(srv.Faults()) != 0 || len(srv.Inbox().Messages()) != 1 || len(srv.Users()) != 1 {
		t.Error("a change of one project is visible in another")
	}
	if _, err := other.Client().OTPs.SMS.LoginOrCreate(t.Context(), request); err == nil {
		t.Error("the fault of the project did not apply")
	}
	must(srv.Client().OTPs.SMS.LoginOrCreate(t.Context(), request))(t)
	const call = "consumer.otps.sms.login_or_create"
	if srv.Calls(call) != 2 || other.Calls(call) != 2 {
		t.Errorf("the projects received %d and %d calls, want 2 and 2", srv.Calls(call), other.Calls(call))
	}

	data, err := srv.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	shown := other.Clock().Now()
	other.Clock().Reset()
	if err := srv.Restore(data); err != nil {
		t.Fatal(err)
	}
	if other.Clock().Running() || !other.Clock().Now().Equal(shown) || !srv.Clock().Running() {
		t.Error("a snapshot mixes up the clocks of two projects")
	}

	if err := srv.RemoveProject(srv.ID); err == nil {
		t.Error("the first project was removed")
	}
	if err := srv.RemoveProject(other.ID); err != nil {
		t.Fatal(err)
	}
	<-other.Removed()
	if list := srv.Projects(); len(list) != 1 || list[0] != srv.Project || srv.ProjectByID(other.ID) != nil {
		t.Errorf("%d projects are left", len(list))
	}
	if err := srv.RemoveProject(other.ID); err == nil {
		t.Error("a project was removed twice")
	}
}

func TestTooManyProjects(t *testing.T) {
	srv := stytchtest.NewServer(t)
	for range 999 {
		must(srv.NewProject())(t)
	}
	if _, err := srv.NewProject(); err == nil {
		t.Error("there is no limit to the number of projects")
	}
}
