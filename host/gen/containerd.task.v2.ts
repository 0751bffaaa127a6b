// Generated from the messages of package containerd.task.v2 in proto/ by host/build/generate.ts. Do not edit.
import { type ServiceType } from '../protobuf/message.ts';
import * as containerdTaskV3 from './containerd.task.v3.ts';
import * as googleProtobuf from './google.protobuf.ts';

export const Task = {
  name: 'containerd.task.v2.Task',
  methods: {
    state: { name: 'State', request: containerdTaskV3.StateRequest, response: containerdTaskV3.StateResponse },
    create: { name: 'Create', request: containerdTaskV3.CreateTaskRequest, response: containerdTaskV3.CreateTaskResponse },
    start: { name: 'Start', request: containerdTaskV3.StartRequest, response: containerdTaskV3.StartResponse },
    delete: { name: 'Delete', request: containerdTaskV3.DeleteRequest, response: containerdTaskV3.DeleteResponse },
    pids: { name: 'Pids', request: containerdTaskV3.PidsRequest, response: containerdTaskV3.PidsResponse },
    pause: { name: 'Pause', request: containerdTaskV3.PauseRequest, response: googleProtobuf.Empty },
    resume: { name: 'Resume', request: containerdTaskV3.ResumeRequest, response: googleProtobuf.Empty },
    checkpoint: { name: 'Checkpoint', request: containerdTaskV3.CheckpointTaskRequest, response: googleProtobuf.Empty },
    kill: { name: 'Kill', request: containerdTaskV3.KillRequest, response: googleProtobuf.Empty },
    exec: { name: 'Exec', request: containerdTaskV3.ExecProcessRequest, response: googleProtobuf.Empty },
    resizePty: { name: 'ResizePty', request: containerdTaskV3.ResizePtyRequest, response: googleProtobuf.Empty },
    closeIO: { name: 'CloseIO', request: containerdTaskV3.CloseIORequest, response: googleProtobuf.Empty },
    update: { name: 'Update', request: containerdTaskV3.UpdateTaskRequest, response: googleProtobuf.Empty },
    wait: { name: 'Wait', request: containerdTaskV3.WaitRequest, response: containerdTaskV3.WaitResponse },
    stats: { name: 'Stats', request: containerdTaskV3.StatsRequest, response: containerdTaskV3.StatsResponse },
    connect: { name: 'Connect', request: containerdTaskV3.ConnectRequest, response: containerdTaskV3.ConnectResponse },
    shutdown: { name: 'Shutdown', request: containerdTaskV3.ShutdownRequest, response: googleProtobuf.Empty },
  },
} as const satisfies ServiceType;
